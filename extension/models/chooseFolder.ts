import * as vscode from 'vscode';
import { setModel } from '../configuration.ts';

/** Has the user choose a model's folder on this machine, and uses it. */
export async function chooseFolder(): Promise<void> {
  const picked = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: vscode.l10n.t('Use This Model'),
    title: vscode.l10n.t('A folder with a checkpoint or a model package'),
  });
  if (picked?.[0] !== undefined) await setModel(picked[0].fsPath);
}
