import { cpus } from 'node:os';
import * as vscode from 'vscode';
import {
  LibraryError,
  openLibrary,
  sizeText,
  StoppedError,
  type InstalledModel,
  type Library,
  type Survey,
} from '../../engine/index.ts';
import { forgetModel, setModel, type ReadSettings } from '../configuration.ts';
import { UnfinishedItem } from '../status/unfinishedItem.ts';
import { Bandwidth } from './bandwidth.ts';
import { chooseFolder } from './chooseFolder.ts';
import type { EngineHost } from './engineHost.ts';
import { HubToken } from './hubToken.ts';
import { Installer } from './installer.ts';
import type { ModelFolder } from './modelFolder.ts';
import { installedItems, isInUse, modelItems, type Choice, type ItemButton } from './modelItems.ts';
import { pickModel } from './modelPicker.ts';
import { repositoryName } from './repositoryName.ts';
import { unfinishedOf, type ToInstall } from './unfinished.ts';

export interface ModelCommandsParts {
  log: vscode.LogOutputChannel;
  settings: ReadSettings;
  engines: EngineHost;
  /** What the setting names. */
  inUse: () => ModelFolder;
  /** Path of the library's worker script. */
  worker: string;
  /** Folder of the models. */
  models: string;
  memento: vscode.Memento;
  secrets: vscode.SecretStorage;
}

/** Choosing, getting, checking and removing models. */
export class ModelCommands implements vscode.Disposable {
  private readonly library: Library;
  private readonly installer: Installer;
  private readonly bandwidth: Bandwidth;
  private readonly token: HubToken;
  private readonly item = new UnfinishedItem();
  private toGoOnWith: ToInstall | undefined;
  /** Once a window is enough. */
  private hasMeasured = false;

  constructor(private readonly parts: ModelCommandsParts) {
    const { log, settings, worker, models, memento, secrets } = parts;
    const endpoint = (): string => settings().endpoint.replace(/\/+$/, '');
    this.library = openLibrary({ worker, models });
    this.bandwidth = new Bandwidth(memento, `${cpus().length} × ${cpus()[0]?.model ?? ''}`);
    this.token = new HubToken(secrets, endpoint);
    this.installer = new Installer({
      log,
      library: this.library,
      endpoint,
      token: this.token,
      changed: () => {
        void this.lookForUnfinished();
      },
      use: setModel,
    });
  }

  /** What was begun and nobody is at, as it was seen last. */
  get unfinished(): ToInstall | undefined {
    return this.toGoOnWith;
  }

  /** Looks for what can be gone on with, after a start too: a line in the status, no message. */
  async lookForUnfinished(): Promise<void> {
    const isRunning = (repository: string): boolean => this.installer.isRunning(repository);
    const models = (await this.library.hasPartial()) ? await this.library.list().catch(() => []) : [];
    this.toGoOnWith = unfinishedOf(models, isRunning);
    this.item.show(this.toGoOnWith);
  }

  async choose(): Promise<void> {
    const { t } = vscode.l10n;
    const survey = this.survey();
    const items = survey.then((found) =>
      modelItems({ survey: found, inUse: this.parts.inUse() }, vscode.l10n),
    );
    await this.pick(t('Choose a Model'), t('Runs inside the editor; no code leaves this machine'), items);
  }

  /** The largest model of the catalogue that does well here and has fewer parameters than this. */
  async smallerThan(parameters: number): Promise<string | undefined> {
    const { fits } = await this.survey();
    return fits
      .filter(({ verdict, model }) => verdict === 'good' && model.parameters < parameters)
      .sort((a, b) => b.model.parameters - a.model.parameters)[0]?.model.title;
  }

  async showInstalled(): Promise<void> {
    const { t } = vscode.l10n;
    const items = this.survey().then((survey) =>
      installedItems({ survey, inUse: this.parts.inUse() }, vscode.l10n),
    );
    await this.pick(t('Models on This Machine'), t('Choose one to use it'), items);
  }

  async resume(): Promise<void> {
    await this.lookForUnfinished();
    const model = this.unfinished;
    if (model === undefined) {
      await vscode.window.showInformationMessage(vscode.l10n.t('No download is unfinished.'));
    } else await this.installer.install(model);
  }

  async remove(of?: InstalledModel): Promise<void> {
    const { t } = vscode.l10n;
    const model = of ?? (await this.pickInstalled(t('Remove a Model'), () => true));
    if (model === undefined) return;
    const { title } = model.record;
    const accept = t('Remove');
    const detail = t('{0} are freed. It can be downloaded again.', sizeText(model.bytes));
    const question = t('Remove {0} from this machine?', title);
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, accept)) !== accept)
      return;
    if (isInUse(model, this.parts.inUse())) {
      await forgetModel();
      // Windows removes no file that is open.
      await this.parts.engines.close();
    }
    try {
      await this.library.remove(model.name);
    } catch (error) {
      await this.installer.tellFailure(error, model.record, () => this.remove(model));
      return;
    }
    await this.lookForUnfinished();
    void vscode.window.showInformationMessage(t('{0} was removed.', title));
  }

  async verify(of?: InstalledModel): Promise<void> {
    const { t } = vscode.l10n;
    const model = of ?? (await this.pickInstalled(t('Verify a Model'), ({ state }) => state === 'installed'));
    if (model === undefined) return;
    const { title } = model.record;
    try {
      await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: t('Verifying {0}…', title) },
        () => this.library.verify(model.name),
      );
    } catch (error) {
      this.parts.log.error(String(error));
      if (!(error instanceof LibraryError && error.kind === 'bad-input')) {
        // Nothing is known of the model: the disk, or the worker, has failed.
        await this.installer.tellFailure(error, model.record, () => this.verify(model));
        return;
      }
      const remove = t('Remove…');
      const message = t('{0} is damaged. Remove it and download it again.', title);
      if ((await vscode.window.showErrorMessage(message, remove)) === remove) await this.remove(model);
      return;
    }
    void vscode.window.showInformationMessage(t('{0} is intact.', title));
  }

  async setToken(): Promise<void> {
    if (await this.installer.askForToken()) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('The access token is kept in the secret storage.'),
      );
    }
  }

  async forgetToken(): Promise<void> {
    await this.token.forget();
    void vscode.window.showInformationMessage(vscode.l10n.t('The access token is forgotten.'));
  }

  dispose(): void {
    this.library.stop();
    this.item.dispose();
  }

  private async survey(): Promise<Survey> {
    const survey = await this.library.survey({ known: this.bandwidth.get(), measures: !this.hasMeasured });
    this.hasMeasured = true;
    await this.bandwidth.set(survey.machine.bandwidth);
    return survey;
  }

  private async pick(
    title: string,
    placeholder: string,
    items: Promise<ReturnType<typeof modelItems>>,
  ): Promise<void> {
    const pressed = (
      button: ItemButton,
      { installed, repository }: { installed: InstalledModel | undefined; repository: string | undefined },
    ): Promise<void> => {
      if (button === 'page')
        return repository === undefined ? Promise.resolve() : this.installer.openPage(repository);
      return button === 'remove' ? this.remove(installed) : this.verify(installed);
    };
    let choice: Choice | undefined;
    try {
      choice = await pickModel({ title, placeholder, items, pressed });
    } catch (error) {
      const there = { title: vscode.l10n.t('The list of models'), repository: '' };
      await this.installer.tellFailure(error, there, () => this.choose());
      return;
    }
    if (choice !== undefined) await this.take(choice);
  }

  private async take(choice: Choice): Promise<void> {
    switch (choice.kind) {
      case 'use': {
        const { model, fit } = choice;
        const reason = fit?.reasons.find(({ kind }) => kind === 'memory');
        if (reason === undefined || (await usesAnyway(model.record.title, reason.text)))
          await setModel(model.package);
        break;
      }
      case 'install': {
        const { id, repository, title, licence } = choice.fit.model;
        const model = { which: id, repository, title };
        if (await this.installer.confirms(model, licence, choice.fit)) await this.installer.install(model);
        break;
      }
      case 'resume': {
        const { repository, title } = choice.model.record;
        await this.installer.install({ which: repository, repository, title });
        break;
      }
      case 'folder':
        await chooseFolder();
        break;
      case 'repository':
        await this.chooseRepository();
        break;
      case 'bundled':
        await forgetModel();
        break;
      case 'nothing':
    }
  }

  private async chooseRepository(): Promise<void> {
    const { t } = vscode.l10n;
    const typed = await vscode.window.showInputBox({
      title: t('Another Repository of the Hub'),
      prompt: t('Its owner and name, or its address. Nothing is downloaded before you agree.'),
      placeHolder: 'mistralai/Mamba-Codestral-7B-v0.1',
      ignoreFocusOut: true,
      validateInput: (text) =>
        text.trim() === '' || repositoryName(text) !== undefined ? undefined : t('Expected: owner/name'),
    });
    const repository = repositoryName(typed ?? '');
    if (repository !== undefined) await this.addRepository(repository);
  }

  private async addRepository(repository: string): Promise<void> {
    const model = { which: repository, repository, title: repository };
    let licence: string | null;
    let fit: Awaited<ReturnType<Library['inspect']>>['fit'];
    try {
      const asking = {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Asking the hub about {0}…', repository),
        cancellable: true,
      };
      ({ licence, fit } = await vscode.window.withProgress(asking, async (_, token) => {
        const stop = new AbortController();
        token.onCancellationRequested(() => {
          stop.abort();
        });
        const { machine } = await this.survey();
        return this.library.inspect(repository, machine, await this.installer.hub(), stop.signal);
      }));
    } catch (error) {
      if (error instanceof StoppedError) return;
      await this.installer.tellFailure(error, model, () => this.addRepository(repository));
      return;
    }
    if (await this.installer.confirms(model, licence, fit)) await this.installer.install(model);
  }

  private async pickInstalled(
    title: string,
    isWanted: (model: InstalledModel) => boolean,
  ): Promise<InstalledModel | undefined> {
    const { t } = vscode.l10n;
    const models = (await this.library.list()).filter(isWanted);
    if (models.length === 0) {
      await vscode.window.showInformationMessage(t('No model from the hub is on this machine.'));
      return undefined;
    }
    const rows = models.map((model) => ({
      label: model.record.title,
      description: sizeText(model.bytes),
      detail: model.record.repository,
      model,
    }));
    return (await vscode.window.showQuickPick(rows, { title }))?.model;
  }
}

async function usesAnyway(title: string, reason: string): Promise<boolean> {
  const { t } = vscode.l10n;
  const accept = t('Use It Anyway');
  const message = t('{0} does not fit this machine. Use it all the same?', title);
  return (
    (await vscode.window.showWarningMessage(message, { modal: true, detail: reason }, accept)) === accept
  );
}
