import { join } from 'node:path';
import * as vscode from 'vscode';
import { isAlive, openEngine, type Account } from '../engine/index.ts';
import { commands } from './commands.ts';
import { Latency } from './completion/latency.ts';
import { pause } from './completion/pause.ts';
import { ProjectFiles } from './completion/projectFiles.ts';
import { Provider } from './completion/provider.ts';
import { situation } from './completion/situation.ts';
import { machine, SpareTime } from './completion/spareTime.ts';
import { Suggester } from './completion/suggester.ts';
import { Suggestions } from './completion/suggestions.ts';
import { decide, type Decision } from './completion/trigger.ts';
import { WarmAhead } from './completion/warmAhead.ts';
import { configuration } from './configuration.ts';
import { EngineHost } from './models/engineHost.ts';
import { engineOptions } from './models/engineOptions.ts';
import { FormatChoices } from './models/formatChoices.ts';
import { forgetStates } from './models/forgetStates.ts';
import { SlowModel } from './models/slowModel.ts';
import { slowMessage } from './status/slowMessage.ts';
import { loadMarker } from './models/loadMarker.ts';
import { MeasurementView } from './models/measurementView.ts';
import { ModelCommands } from './models/modelCommands.ts';
import { modelFolder } from './models/modelFolder.ts';
import { isEnabledFor, SECTION } from './settings.ts';
import { StatusItems } from './status/statusItems.ts';
import { tellEngineState } from './status/tellEngineState.ts';
import { workerDied } from './status/workerDied.ts';

/** What {@link deactivate} has to wait for. */
let end = (): Promise<void> => Promise.resolve();

/** VS Code waits for this, up to five seconds, before it ends the process; it does not wait for `dispose`. */
export function deactivate(): Promise<void> {
  return end();
}

/** Builds the parts and registers them. No model work happens here: the engine opens when it is first wanted. */
export function activate(extension: vscode.ExtensionContext): void {
  const keep = <T extends vscode.Disposable>(part: T): T => {
    extension.subscriptions.push(part);
    return part;
  };
  const log = keep(vscode.window.createOutputChannel('Mamba Complete', { log: true }));
  const settings = configuration(log);
  const suggestions = new Suggestions();
  const latency = new Latency();
  const choices = new FormatChoices(extension.globalState);
  const stateFolder = join(extension.globalStorageUri.fsPath, 'states');
  const model = () => modelFolder(settings().model, extension.asAbsolutePath(join('engine', 'bundled')));

  const engines: EngineHost = new EngineHost({
    open: openEngine,
    worker: extension.asAbsolutePath(join('out', 'worker.js')),
    model,
    bundled: extension.asAbsolutePath(join('engine', 'bundled')),
    options: ({ kind }) => ({
      ...engineOptions(settings(), stateFolder, kind === 'bundled'),
      formats: choices.all,
    }),
    marker: loadMarker({ folder: extension.globalStorageUri.fsPath, processId: process.pid, isAlive }),
    changed: (state) => {
      tellEngineState(state, log, model().kind === 'bundled');
      if (state.kind === 'ready') {
        // Another model, or the same in another format, may say something else.
        suggestions.forget();
        warmAhead.moved(vscode.window.activeTextEditor);
        void projectFiles.begin();
      }
      status.refresh();
    },
    workerDied: (message, startsAgain) => {
      void workerDied(message, startsAgain, log);
    },
    now: Date.now,
  });
  end = () => engines.end();

  /** Whether suggestions are on in the active editor's document, wherever its cursor stands. */
  const decideHere = (): Decision => {
    const editor = vscode.window.activeTextEditor;
    const { enable } = settings();
    if (editor === undefined)
      return isEnabledFor(enable, '*')
        ? { offer: true }
        : { offer: false, reason: 'switched off for all languages' };
    const where = situation(editor.document, editor.selection.active, false, enable);
    return decide({ ...where, cursors: 1, linePrefix: '', lineSuffix: '' });
  };
  const status: StatusItems = keep(
    new StatusItems(() => {
      const decision = decideHere();
      return { state: engines.state, refusal: decision.offer ? undefined : decision.reason };
    }),
  );
  const engine = () => engines.engine();
  const suggester = new Suggester({
    engine,
    died: (dead, error) => {
      engines.died(dead, error);
    },
    failed: (error) => {
      log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    },
    pause,
    suggestions,
    latency,
  });
  const loaded = () => (engines.state.kind === 'ready' ? engines.state.engine : undefined);
  const spareTime = new SpareTime(machine);
  const warmAhead: WarmAhead = keep(
    new WarmAhead({ settings, engine: loaded, hasSpareTime: () => spareTime.isThere }),
  );
  const projectFiles: ProjectFiles = keep(
    new ProjectFiles({ engine: loaded, isOn: () => settings().localCache }),
  );
  let active = vscode.window.activeTextEditor?.document;
  keep(
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      warmAhead.moved(textEditor);
    }),
  );
  // A formatter may have changed the text.
  keep(
    vscode.workspace.onDidSaveTextDocument((document) => {
      const editor = vscode.window.activeTextEditor;
      if (document === editor?.document) warmAhead.moved(editor);
    }),
  );
  keep(
    vscode.workspace.onDidCloseTextDocument((document) => {
      loaded()?.closed(document.uri.toString());
      warmAhead.closed();
    }),
  );
  const slowModel = new SlowModel({
    store: extension.globalState,
    tell: async (slowness) =>
      slowMessage(slowness, await models.smallerThan(slowness.model.parameters).catch(() => undefined)),
    choose: () => void vscode.commands.executeCommand('mambaComplete.chooseModel'),
  });
  const finished = (account: Account): void => {
    const model = loaded()?.model;
    if (model !== undefined) void slowModel.finished(model, account);
  };
  const provider = new Provider({ log, settings, suggester, suggestions, status, warmAhead, finished });
  keep(vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, provider));
  const models: ModelCommands = keep(
    new ModelCommands({
      log,
      settings,
      engines,
      inUse: model,
      worker: extension.asAbsolutePath(join('out', 'library.js')),
      models: join(extension.globalStorageUri.fsPath, 'models'),
      memento: extension.globalState,
      secrets: extension.secrets,
    }),
  );
  const view = keep(new MeasurementView());
  const parts = { log, settings, engines, provider, status, models, choices, view };
  for (const [id, run] of Object.entries(commands(parts))) keep(vscode.commands.registerCommand(id, run));

  /** Opens the engine as soon as an editor is there that it can help in. */
  const openIfWanted = (): void => {
    status.refresh();
    const editor = vscode.window.activeTextEditor;
    warmAhead.moved(editor);
    if (editor === undefined || engines.state.kind !== 'closed') return;
    if (decideHere().offer) void engine();
  };
  keep(
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      if (active !== undefined) projectFiles.left(active);
      active = editor?.document;
      openIfWanted();
    }),
  );
  // A document whose language changes counts as opened.
  keep(
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (document === vscode.window.activeTextEditor?.document) openIfWanted();
    }),
  );
  keep(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(SECTION)) return;
      suggestions.forget();
      const reopens = ['model', 'threads', 'stateMemory', 'keepStates', 'localCache'].some((key) =>
        change.affectsConfiguration(`${SECTION}.${key}`),
      );
      // The engine that closes saves what it knows.
      const mayForget = async (): Promise<void> => {
        if (!settings().keepStates) await forgetStates(stateFolder);
      };
      if (reopens) void engines.close().then(mayForget);
      openIfWanted();
    }),
  );
  // After activation, so that nobody waits for it.
  setTimeout(() => {
    openIfWanted();
    void models.lookForUnfinished();
  }, 0);
}
