import * as vscode from 'vscode';
import type { SlowAnswer, Slowness } from '../models/slowModel.ts';

/**
 * Says that a model is too slow on this machine.
 * @param smaller the name of the next smaller one that is not, if there is one
 */
export async function slowMessage(
  { model, firstMs, tokenMs }: Slowness,
  smaller: string | undefined,
): Promise<SlowAnswer> {
  const { t } = vscode.l10n;
  const figures = t(
    'Mamba Complete: {0} is slow on this machine: {1} s to the first token, {2} ms for each further one.',
    model.name,
    (firstMs / 1000).toFixed(1),
    Math.round(tokenMs),
  );
  const advice = smaller === undefined ? '' : ` ${t('{0} is the next smaller one.', smaller)}`;
  const choose = t('Choose a Smaller Model');
  const keep = t('Keep It');
  const never = t("Don't Show Again");
  const picked = await vscode.window.showWarningMessage(figures + advice, choose, keep, never);
  if (picked === choose) return 'smaller';
  if (picked === keep) return 'keep';
  return picked === never ? 'never' : undefined;
}
