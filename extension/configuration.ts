import * as vscode from 'vscode';
import { SECTION, Settings, switched, type BadSetting, type EnabledLanguages } from './settings.ts';

/** Settings as they are at this moment, for a document's language where one is given. */
export type ReadSettings = (scope?: vscode.ConfigurationScope) => Settings;

/** Reads the editor's configuration. Each wrong value is told once, with what is used instead. */
export function configuration(log: vscode.LogOutputChannel): ReadSettings {
  const told = new Set<string>();
  const report = ({ name, expected, found, fallback }: BadSetting): void => {
    if (told.has(`${name}=${found}`)) return;
    told.add(`${name}=${found}`);
    const message = vscode.l10n.t(
      'The setting {0}: expected {1}, found {2}. The default {3} is used.',
      name,
      expected,
      found,
      fallback,
    );
    log.warn(message);
    const open = vscode.l10n.t('Open Settings');
    void vscode.window.showWarningMessage(message, open).then((picked) => {
      if (picked === open) void vscode.commands.executeCommand('workbench.action.openSettings', name);
    });
  };
  return (scope) => new Settings(vscode.workspace.getConfiguration(SECTION, scope ?? null), report);
}

/** Switches a language, or `*`, where the user has said it last: the workspace if it says so, else the user's settings. */
export async function switchLanguage(languageId: string, isEnabled: boolean): Promise<void> {
  const section = vscode.workspace.getConfiguration(SECTION);
  const set = section.inspect<EnabledLanguages>('enable');
  const layers = [set?.defaultValue, set?.globalValue, set?.workspaceValue];
  const inWorkspace = set?.workspaceValue?.[languageId] !== undefined;
  const next = switched({ layers, target: inWorkspace ? 2 : 1 }, languageId, isEnabled);
  const target = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await section.update('enable', next, target);
}

/** Removes the setting `model` wherever it is set. */
export async function forgetModel(): Promise<void> {
  const section = vscode.workspace.getConfiguration(SECTION);
  const set = section.inspect<string>('model');
  if (set?.workspaceFolderValue !== undefined)
    await section.update('model', undefined, vscode.ConfigurationTarget.WorkspaceFolder);
  if (set?.workspaceValue !== undefined)
    await section.update('model', undefined, vscode.ConfigurationTarget.Workspace);
  if (set?.globalValue !== undefined)
    await section.update('model', undefined, vscode.ConfigurationTarget.Global);
}

/** Sets the model for this machine, and takes back what the workspace has set: it would win. */
export async function setModel(folder: string): Promise<void> {
  const section = vscode.workspace.getConfiguration(SECTION);
  const set = section.inspect<string>('model');
  await section.update('model', folder, vscode.ConfigurationTarget.Global);
  if (set?.workspaceFolderValue !== undefined)
    await section.update('model', undefined, vscode.ConfigurationTarget.WorkspaceFolder);
  if (set?.workspaceValue !== undefined)
    await section.update('model', undefined, vscode.ConfigurationTarget.Workspace);
}
