import * as vscode from 'vscode';
import type { ToInstall } from '../models/unfinished.ts';

/** A line in the language status while a download waits to be gone on with: quieter than a message. */
export class UnfinishedItem implements vscode.Disposable {
  private item: vscode.LanguageStatusItem | undefined;

  /** Undefined: there is nothing to go on with. */
  show(model: ToInstall | undefined): void {
    this.item?.dispose();
    this.item = undefined;
    if (model === undefined) return;
    this.item = vscode.languages.createLanguageStatusItem('mambaComplete.unfinished', { pattern: '**' });
    this.item.name = vscode.l10n.t('Mamba Complete: Unfinished Download');
    this.item.text = vscode.l10n.t('{0} is not installed completely', model.title);
    this.item.severity = vscode.LanguageStatusSeverity.Information;
    this.item.command = { command: 'mambaComplete.resumeModel', title: vscode.l10n.t('Go On') };
  }

  dispose(): void {
    this.show(undefined);
  }
}
