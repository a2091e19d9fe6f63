import * as vscode from 'vscode';
import type { EngineFailure } from '../models/engineFailure.ts';

/**
 * Tells once why a model is not there, and offers what can be done about it.
 * @param stays the model that is used instead; without one the editor works on without suggestions
 */
export async function failureMessage(
  failure: EngineFailure,
  isBundled: boolean,
  stays?: string,
): Promise<void> {
  const { t } = vscode.l10n;
  const actions: { title: string; command: string }[] = [
    { title: t('Show Log'), command: 'mambaComplete.showLog' },
    failure.kind === 'out-of-memory'
      ? { title: t('Load Anyway'), command: '_mambaComplete.loadAnyway' }
      : failure.kind === 'bad-input'
        ? { title: t('Open Settings'), command: 'mambaComplete.openSettings' }
        : { title: t('Try Again'), command: 'mambaComplete.restart' },
  ];
  if (!isBundled)
    actions.splice(1, 0, { title: t('Use the Bundled Model'), command: 'mambaComplete.useBundledModel' });
  const message =
    stays === undefined
      ? t('Mamba Complete: {0}', failure.message)
      : t('Mamba Complete: {0} {1} is used meanwhile.', failure.message, stays);
  const picked = await vscode.window.showErrorMessage(message, ...actions);
  if (picked !== undefined) await vscode.commands.executeCommand(picked.command);
}
