import * as vscode from 'vscode';
import type { Account } from '../../engine/index.ts';
import { statusView, type StatusFacts } from './statusView.ts';

/** A request is shown as busy only if it takes so long, in ms: a sign that flickers at each key tells nothing. */
const BUSY_AFTER_MS = 200;

/** The language status item and the status bar item. */
export class StatusItems implements vscode.Disposable {
  private readonly language = vscode.languages.createLanguageStatusItem('mambaComplete.status', {
    pattern: '**',
  });
  private readonly bar = vscode.window.createStatusBarItem('status', vscode.StatusBarAlignment.Right, 100);
  private requests = 0;
  private isBusy = false;
  private last: Account | undefined;

  constructor(private readonly facts: () => Pick<StatusFacts, 'state' | 'refusal'>) {
    this.language.name = 'Mamba Complete';
    this.bar.name = 'Mamba Complete';
    this.bar.command = 'mambaComplete.menu';
    this.refresh();
    this.bar.show();
  }

  /** How things are, in a few words. */
  get text(): string {
    return this.language.text;
  }

  /** Runs a request and shows that it is running, if it takes long. */
  async during<T>(request: () => Promise<T>): Promise<T> {
    this.requests++;
    const timer = setTimeout(() => {
      this.isBusy = true;
      this.refresh();
    }, BUSY_AFTER_MS);
    try {
      return await request();
    } finally {
      clearTimeout(timer);
      this.requests--;
      if (this.isBusy && this.requests === 0) {
        this.isBusy = false;
        this.refresh();
      }
    }
  }

  finished(account: Account): void {
    this.last = account;
    this.refresh();
  }

  refresh(): void {
    const view = statusView({ ...this.facts(), isBusy: this.isBusy, last: this.last }, vscode.l10n);
    const isError = view.severity === 'error';
    this.language.text = view.text;
    this.language.detail = view.detail;
    this.language.busy = view.isBusy;
    this.language.severity = isError
      ? vscode.LanguageStatusSeverity.Error
      : vscode.LanguageStatusSeverity.Information;
    this.language.command = isError
      ? { command: 'mambaComplete.showLog', title: vscode.l10n.t('Show Log') }
      : { command: 'mambaComplete.menu', title: vscode.l10n.t('Options') };
    this.bar.text = view.bar;
    this.bar.tooltip = ['Mamba Complete', ...view.tooltip].join('\n');
    this.bar.backgroundColor = isError ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    this.bar.accessibilityInformation = { label: `Mamba Complete: ${view.text}`, role: 'button' };
  }

  dispose(): void {
    this.language.dispose();
    this.bar.dispose();
  }
}
