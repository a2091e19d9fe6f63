import * as vscode from 'vscode';
import type { EngineFailure } from '../models/engineFailure.ts';

/** Tells once that there is no engine, and offers what can be done about it. The editor works on without suggestions. */
export async function failureMessage(failure: EngineFailure, isBundled: boolean): Promise<void> {
  const { t } = vscode.l10n;
  const actions: { title: string; command: string }[] = [
    { title: t('Show Log'), command: 'mambaComplete.showLog' },
    failure.kind === 'bad-input'
      ? { title: t('Open Settings'), command: 'mambaComplete.openSettings' }
      : { title: t('Try Again'), command: 'mambaComplete.restart' },
  ];
  if (!isBundled)
    actions.splice(1, 0, { title: t('Use the Bundled Model'), command: 'mambaComplete.useBundledModel' });
  const message = t('Mamba Complete: {0}', failure.message);
  const picked = await vscode.window.showErrorMessage(message, ...actions);
  if (picked !== undefined) await vscode.commands.executeCommand(picked.command);
}
