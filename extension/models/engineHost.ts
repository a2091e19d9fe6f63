import { setTimeout as sleep } from 'node:timers/promises';
import { BadInputError, type Engine, type EngineOptions } from '../../engine/index.ts';
import { engineFailure, type EngineFailure } from './engineFailure.ts';
import type { LoadMarker } from './loadMarker.ts';
import type { ModelFolder } from './modelFolder.ts';

export type EngineState =
  | { kind: 'closed' }
  | { kind: 'opening'; model: string }
  | { kind: 'ready'; engine: Engine; instead?: Instead }
  | { kind: 'failed'; failure: EngineFailure };

/** Why the engine has another model than the one that is set. */
export interface Instead {
  /** The one that is set. */
  model: string;
  failure: EngineFailure;
}

export interface EngineHostParts {
  open(options: EngineOptions): Promise<Engine>;
  worker: string;
  /** Read at each opening, as settings change. */
  model(): ModelFolder;
  /** The model that is used where one is too large and none was used before. */
  bundled: string;
  /** Read at each opening too. */
  options(model: ModelFolder): Omit<EngineOptions, 'worker' | 'model'>;
  marker: LoadMarker;
  changed(state: EngineState): void;
  /** For the log: the worker ended, and whether the next request starts another. */
  workerDied(message: string, startsAgain: boolean): void;
  now(): number;
}

/** So many deaths of the worker within so many ms, and it is not started again until the user says so. */
const MOST_DEATHS = 3;
const DEATHS_WITHIN_MS = 10 * 60 * 1000;
/** VS Code gives an extension five seconds to deactivate. */
const END_MS = 4000;

/**
 * The one engine: opened when it is first wanted, again after changes, and a few times after its worker died. There is never
 * more than one worker, since two that load ONNX Runtime at once can end the editor (onnxruntime issue 20084).
 */
export class EngineHost {
  private current: EngineState = { kind: 'closed' };
  private opening: Promise<void> | undefined;
  /** The end of the newest opening or closing: they run one after the other. */
  private last: Promise<void> = Promise.resolve();
  private deaths: number[] = [];
  /** Counts closings: an engine that was wanted before one is not wanted any more. */
  private generation = 0;
  private hasEnded = false;
  /** What was used last, and worked. */
  private previous: ModelFolder | undefined;
  /** Models that the user wants though they may not fit in memory. */
  private readonly unchecked = new Set<string>();

  constructor(private readonly parts: EngineHostParts) {}

  get state(): EngineState {
    return this.current;
  }

  /** The engine, opened if need be, or why there is none. Never rejects. */
  async engine(): Promise<Engine | { unavailable: string }> {
    if (this.current.kind === 'closed' && !this.hasEnded) this.open();
    await this.opening;
    const state = this.state;
    if (state.kind === 'ready') return state.engine;
    if (state.kind === 'failed') return { unavailable: `no engine: ${state.failure.message}` };
    return { unavailable: 'the engine was closed' };
  }

  /** The worker of this engine is gone; the next request opens another, a few times. */
  died(engine: Engine, error: unknown): void {
    if (this.current.kind !== 'ready' || this.current.engine !== engine) return;
    const now = this.parts.now();
    this.deaths = [...this.deaths.filter((time) => now - time < DEATHS_WITHIN_MS), now];
    this.generation++;
    void this.afterLast(() => engine.close()).catch(() => undefined); // Nothing is left of it to close.
    const { message } = engineFailure(error);
    const startsAgain = this.deaths.length <= MOST_DEATHS;
    this.parts.workerDied(message, startsAgain);
    this.set(startsAgain ? { kind: 'closed' } : { kind: 'failed', failure: { kind: 'died', message } });
  }

  /**
   * Closes what there is, an engine that is still opening too; the next request opens anew, with the settings of that time.
   * Done when no worker is left.
   */
  close(): Promise<void> {
    const state = this.current;
    this.generation++;
    this.deaths = [];
    this.set({ kind: 'closed' });
    return this.afterLast(async () => {
      if (state.kind === 'ready') await state.engine.close();
    });
  }

  /** The window closes: as {@link close}, within {@link END_MS}, and nothing is opened any more. */
  async end(): Promise<void> {
    this.hasEnded = true;
    this.parts.marker.end(); // Closing the window while a model loads is no crash.
    await Promise.race([this.close(), sleep(END_MS, undefined, { ref: false })]);
  }

  /** The user wants to try once more what failed. */
  async restart(): Promise<void> {
    this.parts.marker.forgive(this.parts.model().path);
    await this.close();
    await this.engine();
  }

  /** The user wants a model though there seems to be too little memory for it. */
  async loadAnyway(): Promise<void> {
    this.unchecked.add(this.parts.model().path);
    await this.restart();
  }

  private open(): void {
    const { generation } = this;
    const model = this.parts.model();
    // What closing an unwanted engine may throw is no business of those who wait for this one.
    this.opening = this.afterLast(() => this.load(model, generation)).catch(() => undefined);
    this.set({ kind: 'opening', model: model.path });
  }

  private async load(model: ModelFolder, generation: number): Promise<void> {
    if (generation !== this.generation) return;
    const loaded = await this.loaded(model);
    if (loaded.kind === 'ready') this.previous = model;
    const next = loaded.kind === 'failed' ? await this.instead(model, loaded, generation) : loaded;
    if (generation === this.generation) this.set(next);
    else if (next.kind === 'ready') await next.engine.close();
  }

  /** Where a model is too large for this machine, the previous one stays in use: it is opened again, for there is one worker at a time. */
  private async instead(model: ModelFolder, failed: Failed, generation: number): Promise<Loaded> {
    const { failure } = failed;
    if (failure.kind !== 'out-of-memory' && failure.kind !== 'crashed-before') return failed;
    const bundled: ModelFolder = { kind: 'bundled', path: this.parts.bundled };
    const { previous = bundled } = this;
    const candidates = previous.path === bundled.path ? [bundled] : [previous, bundled];
    for (const candidate of candidates) {
      if (candidate.path === model.path) continue;
      if (generation !== this.generation) return failed;
      const loaded = await this.loaded(candidate);
      if (loaded.kind === 'ready') return { ...loaded, instead: { model: model.path, failure } };
    }
    return failed;
  }

  private async loaded(model: ModelFolder): Promise<Loaded> {
    const { marker, worker } = this.parts;
    const isRisky = model.kind !== 'bundled';
    try {
      if (model.kind === 'relative') throw relativePath(model.path);
      if (isRisky && marker.crashed(model.path))
        return { kind: 'failed', failure: crashedBefore(model.path) };
      if (isRisky) marker.begin(model.path);
      const checksMemory = isRisky && !this.unchecked.has(model.path);
      const options = { worker, model: model.path, ...this.parts.options(model), checksMemory };
      const engine = await this.parts.open(options);
      return { kind: 'ready', engine };
    } catch (error) {
      return { kind: 'failed', failure: engineFailure(error) };
    } finally {
      if (isRisky) marker.end();
    }
  }

  /** Runs `work` when everything before it has ended, well or not. */
  private afterLast(work: () => Promise<void>): Promise<void> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined); // Whoever asked for it is told.
    return done;
  }

  private set(state: EngineState): void {
    this.current = state;
    this.parts.changed(state);
  }
}

type Failed = Extract<EngineState, { kind: 'failed' }>;
type Loaded = Failed | Extract<EngineState, { kind: 'ready' }>;

function crashedBefore(model: string): EngineFailure {
  const message = `The editor's extension host ended while it loaded the model ${model}. It is not loaded again by itself.`;
  return { kind: 'crashed-before', model, message };
}

function relativePath(path: string): BadInputError {
  return new BadInputError({
    source: 'the setting mambaComplete.model',
    expected: 'an absolute path, or one that starts with ~/',
    found: JSON.stringify(path),
    action: 'Choose the folder again with the command "Mamba Complete: Choose a Model".',
  });
}
