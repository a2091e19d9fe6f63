import * as vscode from 'vscode';
import type { Provider } from './completion/provider.ts';
import { forgetModel, switchLanguage, type ReadSettings } from './configuration.ts';
import type { EngineHost } from './models/engineHost.ts';
import type { FormatChoices } from './models/formatChoices.ts';
import { forgetMeasurement, measureModel } from './models/measureModel.ts';
import type { MeasurementView } from './models/measurementView.ts';
import type { ModelCommands } from './models/modelCommands.ts';
import { openSample } from './sample.ts';
import { isEnabledFor } from './settings.ts';
import { showMenu } from './status/menu.ts';
import type { StatusItems } from './status/statusItems.ts';

export interface CommandParts {
  log: vscode.LogOutputChannel;
  settings: ReadSettings;
  engines: EngineHost;
  provider: Provider;
  status: StatusItems;
  models: ModelCommands;
  choices: FormatChoices;
  view: MeasurementView;
}

/** Every command. Showing, accepting and dismissing suggestions are the editor's own. */
export function commands(parts: CommandParts) {
  const { log, settings, engines, provider, status, models } = parts;
  const activeLanguage = (): string | undefined => vscode.window.activeTextEditor?.document.languageId;
  return {
    'mambaComplete.toggle': () => switchLanguage('*', !isEnabledFor(settings().enable, '*')),
    'mambaComplete.toggleLanguage': async () => {
      const languageId = activeLanguage();
      if (languageId === undefined)
        await vscode.window.showInformationMessage(vscode.l10n.t('No editor is open.'));
      else await switchLanguage(languageId, !isEnabledFor(settings().enable, languageId));
    },
    'mambaComplete.trigger': async () => {
      if (vscode.window.activeTextEditor === undefined)
        await vscode.window.showInformationMessage(vscode.l10n.t('No editor is open.'));
      else await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    },
    'mambaComplete.openSample': openSample,
    'mambaComplete.snooze': () => vscode.commands.executeCommand('editor.action.inlineSuggest.snooze'),
    'mambaComplete.restart': () => engines.restart(),
    'mambaComplete.showLog': () => {
      log.show();
    },
    'mambaComplete.openSettings': () =>
      vscode.commands.executeCommand('workbench.action.openSettings', 'mambaComplete.'),
    'mambaComplete.useBundledModel': forgetModel,
    'mambaComplete.chooseModel': () => models.choose(),
    'mambaComplete.showModels': () => models.showInstalled(),
    'mambaComplete.resumeModel': () => models.resume(),
    'mambaComplete.removeModel': () => models.remove(),
    'mambaComplete.verifyModel': () => models.verify(),
    'mambaComplete.setHubToken': () => models.setToken(),
    'mambaComplete.forgetHubToken': () => models.forgetToken(),
    'mambaComplete.measureModel': () => measureModel(parts),
    'mambaComplete.forgetMeasurement': () => forgetMeasurement(parts),
    'mambaComplete.menu': async () => {
      await models.lookForUnfinished();
      await showMenu(status.text, activeLanguage(), models.unfinished?.title);
    },
    /** Not in the palette: the message about a model that is too large carries it. */
    '_mambaComplete.loadAnyway': () => engines.loadAnyway(),
    /** Not in the palette: items carry it, and the editor runs it when one is accepted. */
    '_mambaComplete.accepted': (id: number) => {
      provider.accepted(id);
    },
  };
}
