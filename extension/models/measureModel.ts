import * as vscode from 'vscode';
import { CODE_EXTENSIONS, EngineGoneError, type Engine, type Measurement } from '../../engine/index.ts';
import { readUpTo } from '../readUpTo.ts';
import { isEnabledFor, type Settings } from '../settings.ts';
import type { EngineHost } from './engineHost.ts';
import type { FormatChoices } from './formatChoices.ts';
import { choiceText, measurementPage } from './measurementPage.ts';
import type { MeasurementView } from './measurementView.ts';
import { excludePattern, MOST_BYTES, readSources, spread } from './sourceFiles.ts';

const MINUTE_MS = 60_000;
const USUAL_MS = 2 * MINUTE_MS;
const LONGER_MS = 10 * MINUTE_MS;
/** Paths that are looked at. */
const MOST_PATHS = 5000;

export interface MeasureParts {
  log: vscode.LogOutputChannel;
  settings: () => Settings;
  engines: EngineHost;
  choices: FormatChoices;
  view: MeasurementView;
}

/** Finds the prompt format with which the model in use completes this workspace's files best, and uses it from then on. */
export async function measureModel(parts: MeasureParts, timeMs = USUAL_MS): Promise<void> {
  const { log, settings, engines, choices, view } = parts;
  const { t } = vscode.l10n;
  const engine = await engines.engine();
  if ('unavailable' in engine) {
    await vscode.window.showErrorMessage(t('There is nothing to measure: {0}', engine.unavailable));
    return;
  }
  if (engine.model.fimFormats.length < 2) {
    await vscode.window.showInformationMessage(t('{0} can be prompted in one way only.', engine.model.name));
    return;
  }
  let measurement: Measurement | undefined;
  try {
    measurement = await withProgress(engine, settings(), timeMs);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.error(message);
    if (error instanceof EngineGoneError) engines.died(engine, error);
    await vscode.window.showErrorMessage(message);
    return;
  }
  if (measurement === undefined) return; // The engine was closed.
  const text = choiceText(measurement, vscode.l10n);
  log.info(`measured ${engine.model.name}: ${text} ${JSON.stringify(measurement)}`);
  const { format } = measurement.choice;
  if (format !== undefined) {
    // The usual one needs no choice.
    await choices.choose(measurement.modelHash, format === engine.model.fimFormats[0] ? undefined : format);
    if (format !== engine.model.fimFormat) await reopen(engines);
  }
  await view.show(measurementPage(measurement, engine.model, vscode.l10n));
  const longer = t('Measure for {0} Minutes', LONGER_MS / MINUTE_MS);
  const canGoOn = measurement.end === 'time' && format === undefined && timeMs < LONGER_MS;
  void vscode.window.showInformationMessage(text, ...(canGoOn ? [longer] : [])).then((picked) => {
    if (picked === longer) void measureModel(parts, LONGER_MS);
  });
}

/** Lets the model's vocabulary decide again. */
export async function forgetMeasurement({ engines, choices }: MeasureParts): Promise<void> {
  const { t } = vscode.l10n;
  const engine = await engines.engine();
  if ('unavailable' in engine) {
    await vscode.window.showErrorMessage(engine.unavailable);
    return;
  }
  const { hash, name, fimFormat, fimFormats } = engine.model;
  await choices.choose(hash, undefined);
  const usual = fimFormats[0] ?? fimFormat;
  if (usual !== fimFormat) await reopen(engines);
  void vscode.window.showInformationMessage(t('{0} is prompted in its usual format, {1}.', name, usual));
}

async function reopen(engines: EngineHost): Promise<void> {
  await engines.close();
  await engines.engine();
}

function withProgress(engine: Engine, settings: Settings, timeMs: number): Thenable<Measurement | undefined> {
  const { t } = vscode.l10n;
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: t('Measuring {0} on your files', engine.model.name),
      cancellable: true,
    },
    async (progress, token) => {
      const files = await sources(settings);
      const abort = new AbortController();
      token.onCancellationRequested(() => {
        abort.abort();
      });
      let shown = 0;
      return engine.measure(
        { files, timeMs, seed: Date.now() },
        ({ spans, ofSpans, elapsedMs, ofMs }) => {
          const share = 100 * Math.max(spans / ofSpans, Math.min(1, elapsedMs / ofMs));
          progress.report({ message: t('{0} of {1} places', spans, ofSpans), increment: share - shown });
          shown = share;
        },
        abort.signal,
      );
    },
  );
}

/** Source files of the workspace, as its settings let them be searched. */
async function sources({ enable }: Settings): Promise<Awaited<ReturnType<typeof readSources>>> {
  const excluded = (section: string) =>
    vscode.workspace.getConfiguration(section).get<Record<string, unknown>>('exclude');
  const uris = await vscode.workspace.findFiles(
    `**/*.{${CODE_EXTENSIONS.join(',')}}`,
    excludePattern(excluded('files'), excluded('search')),
    MOST_PATHS,
  );
  const files = uris.map((uri) => ({ uri, path: vscode.workspace.asRelativePath(uri, false) }));
  const chosen = spread(files, (languageId) => isEnabledFor(enable, languageId));
  return readSources(chosen, ({ uri }) => readUpTo(uri, MOST_BYTES));
}
