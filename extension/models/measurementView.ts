import * as vscode from 'vscode';

const SCHEME = 'mamba-complete';

/** Shows a page of the extension's own as rendered Markdown. */
export class MeasurementView implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration: vscode.Disposable;
  private page = '';

  constructor() {
    this.registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: this.changed.event,
      provideTextDocumentContent: () => this.page,
    });
  }

  async show(page: string): Promise<void> {
    this.page = page;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${vscode.l10n.t('Measurement')}.md` });
    this.changed.fire(uri);
    try {
      await vscode.commands.executeCommand('markdown.showPreview', uri);
    } catch {
      // The editor's own Markdown extension can be switched off.
      await vscode.window.showTextDocument(uri, { preview: true });
    }
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
