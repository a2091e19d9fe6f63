import * as vscode from 'vscode';

/** Says that the engine's worker ended by itself. Where none follows it, the engine's failure tells the rest. */
export async function workerDied(
  message: string,
  startsAgain: boolean,
  log: vscode.LogOutputChannel,
): Promise<void> {
  log.error(`the worker has ended: ${message}${startsAgain ? '; the next request starts another' : ''}`);
  if (!startsAgain) return;
  const showLog = vscode.l10n.t('Show Log');
  const told = vscode.l10n.t('Mamba Complete: the engine ended unexpectedly. It starts again.');
  if ((await vscode.window.showWarningMessage(told, showLog)) === showLog) log.show();
}
