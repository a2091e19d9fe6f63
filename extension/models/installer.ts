import * as vscode from 'vscode';
import {
  LibraryError,
  StoppedError,
  type Fit,
  type HubAccess,
  type InstalledModel,
  type Library,
  type ModelSize,
} from '../../engine/index.ts';
import { confirmation } from './confirmation.ts';
import { libraryFailure, type FailureAction } from './libraryFailure.ts';
import { isToken, type HubToken } from './hubToken.ts';
import { networkSettings } from './networkSettings.ts';
import { progressView } from './progressText.ts';
import type { ToInstall } from './unfinished.ts';

export interface InstallerParts {
  log: vscode.LogOutputChannel;
  library: Library;
  endpoint: () => string;
  token: HubToken;
  /** An installation has begun, ended or stopped. */
  changed: () => void;
  /** Switches to a model package. */
  use: (folder: string) => Promise<void>;
}

/** Gets models from the hub, in view of the user. */
export class Installer {
  /** Repositories that this window is installing, in lower case: the hub takes any. */
  private readonly running = new Set<string>();

  constructor(private readonly parts: InstallerParts) {}

  isRunning(repository: string): boolean {
    return this.running.has(repository.toLowerCase());
  }

  async hub(): Promise<HubAccess> {
    const { endpoint, token } = this.parts;
    const network = networkSettings(vscode.workspace.getConfiguration('http'));
    return { endpoint: endpoint(), token: await token.get(), network };
  }

  /** Shows licence and size, and what speaks against the model here. */
  async confirms(model: ToInstall, licence: string | null, fit: Fit<ModelSize>): Promise<boolean> {
    const { title, repository } = model;
    const page = vscode.l10n.t('Open Its Page');
    for (;;) {
      const facts = { title, repository, endpoint: this.parts.endpoint(), licence, fit };
      const { message, detail, accept, isWarning } = confirmation(facts, vscode.l10n);
      const show = isWarning ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
      const picked = await show(message, { modal: true, detail }, accept, page);
      if (picked !== page) return picked === accept;
      await this.openPage(repository);
    }
  }

  async openPage(repository: string): Promise<void> {
    await vscode.env.openExternal(vscode.Uri.parse(`${this.parts.endpoint()}/${repository}`, true));
  }

  /** Downloads and converts with a progress notification, then switches to the model. Goes on with what is there of it. */
  async install(model: ToInstall): Promise<void> {
    const { log, library, use, changed } = this.parts;
    const { title, which } = model;
    const repository = model.repository.toLowerCase();
    if (this.running.has(repository)) {
      void vscode.window.showInformationMessage(vscode.l10n.t('{0} is being installed already.', title));
      return;
    }
    this.running.add(repository);
    changed();
    log.info(`installing ${which} from ${this.parts.endpoint()}`);
    let installed: InstalledModel;
    try {
      const hub = await this.hub();
      installed = await this.withProgress(title, (signal, onProgress) =>
        library.install({ which, hub, signal, onProgress }),
      );
    } catch (error) {
      this.running.delete(repository);
      changed();
      if (error instanceof StoppedError) await this.tellStopped(model);
      else await this.tellFailure(error, model, () => this.install(model));
      return;
    }
    this.running.delete(repository);
    changed();
    log.info(`${title} is installed in ${installed.package}`);
    await use(installed.package);
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} is installed and in use.', title));
  }

  /** Tells what went wrong, and does what the user chooses. */
  async tellFailure(
    error: unknown,
    model: Pick<ToInstall, 'title' | 'repository'>,
    retry: () => Promise<void>,
  ): Promise<void> {
    const failure =
      error instanceof LibraryError
        ? error
        : { kind: 'unexpected' as const, message: error instanceof Error ? error.message : String(error) };
    this.parts.log.error(`${model.title}: ${failure.kind}: ${failure.message}`);
    const { message, actions } = libraryFailure(failure, model.title, vscode.l10n);
    const items = actions.map((action) => ({ title: actionTitle(action), action }));
    const picked = await vscode.window.showErrorMessage(message, ...items);
    switch (picked?.action) {
      case 'token':
        if (await this.askForToken()) await retry();
        break;
      case 'page':
        await this.openPage(model.repository);
        break;
      case 'retry':
        await retry();
        break;
      case 'settings':
        await vscode.commands.executeCommand(
          'workbench.action.openSettings',
          '@id:mambaComplete.hub.endpoint @id:http.proxy @id:http.proxyStrictSSL',
        );
        break;
      case 'choose':
        await vscode.commands.executeCommand('mambaComplete.chooseModel');
        break;
      case 'log':
        this.parts.log.show();
        break;
      case undefined:
    }
  }

  /** Asks for the access token and keeps it; false if none was given. */
  async askForToken(): Promise<boolean> {
    const { t } = vscode.l10n;
    const host = new URL(this.parts.endpoint()).host;
    const token = await vscode.window.showInputBox({
      title: t('Access token for {0}', host),
      prompt: t(
        'A token that may read. It is kept in the editor’s secret storage and sent to {0} only.',
        host,
      ),
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) =>
        text === '' || isToken(text) ? undefined : t('A token has letters, digits and signs, and no spaces.'),
    });
    if (token === undefined || token.trim() === '') return false;
    await this.parts.token.set(token);
    return true;
  }

  private async withProgress(
    title: string,
    work: (
      signal: AbortSignal,
      onProgress: (progress: Parameters<typeof progressView>[0]) => void,
    ) => Promise<InstalledModel>,
  ): Promise<InstalledModel> {
    const location = vscode.ProgressLocation.Notification;
    return vscode.window.withProgress({ location, title, cancellable: true }, async (bar, cancelled) => {
      const stop = new AbortController();
      cancelled.onCancellationRequested(() => {
        stop.abort();
        bar.report({ message: vscode.l10n.t('stopping…') });
      });
      let reached = 0;
      let shown = '';
      return work(stop.signal, (progress) => {
        if (stop.signal.aborted) return;
        const { message, fraction } = progressView(progress, vscode.l10n);
        if (message === shown) return;
        shown = message;
        const increment = Math.max(0, 100 * (fraction - reached));
        reached = Math.max(reached, fraction);
        bar.report({ message, increment });
      });
    });
  }

  private async tellStopped(model: ToInstall): Promise<void> {
    const { t } = vscode.l10n;
    const resume = t('Go On');
    const message = t(
      '{0}: stopped. What has arrived is kept, and is gone on with when you choose it again.',
      model.title,
    );
    if ((await vscode.window.showInformationMessage(message, resume)) === resume) await this.install(model);
  }
}

function actionTitle(action: FailureAction): string {
  const { t } = vscode.l10n;
  switch (action) {
    case 'token':
      return t('Enter a Token…');
    case 'page':
      return t('Open Its Page');
    case 'retry':
      return t('Try Again');
    case 'settings':
      return t('Open Settings');
    case 'choose':
      return t('Choose Another…');
    case 'log':
      return t('Show Log');
  }
}
