import { Worker } from 'node:worker_threads';
import { memoryRanOut } from '../runtime/memory.ts';
import { keepRuntimePrivate } from '../runtime/privacy.ts';
import type { LocalCacheUse, ModelInfo } from '../completion/open-completer.ts';
import type { Measurement, MeasureProgress, MeasureRequest } from '../completion/measuring/measurement.ts';
import type { CompletionRequest } from '../completion/request.ts';
import { emptyAccount, type CompletionResult } from '../completion/result.ts';
import { BadInputError } from '../errors.ts';
import { EngineGoneError, type Engine } from './engine.ts';
import { deserializeError } from './errors.ts';
import { ExitLatch } from './exit-latch.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './protocol.ts';

/**
 * How long closing waits for the thread to end: the run under way, states that are written, and the weights, which the next model
 * needs the memory of, take a slow machine some seconds. The thread is not ended from outside then: in the middle of a run that
 * aborts the whole process, since ONNX Runtime's binding (1.30) throws a C++ exception that nobody catches.
 */
const CLOSE_TIMEOUT_MS = 30_000;
/** Room for short-lived objects: V8's own choice takes three times as much memory and gains no time here. */
const YOUNG_MIB = 12;
/** How long a program that exits without closing waits for the run under way: one chunk, or a small model's loading. */
const EXIT_TIMEOUT_MS = 2000;

export interface EngineOptions {
  /** Path of the bundled worker script. */
  worker: string;
  /** Folder of the checkpoint or model package. */
  model: string;
  /** Threads of one run; 0 lets the engine choose. */
  threads: number;
  /** Most memory for states of all documents together, in bytes; chosen by the model and the machine where it is left out. */
  stateBytes?: number | undefined;
  /** Folder for states that outlive the engine; none are kept where it is left out. */
  stateFolder?: string | undefined;
  /** What the text of the project's files is used for, beside that of the document; for nothing where it is left out: then a slow model's document guesses tokens alone. */
  localCache?: LocalCacheUse | undefined;
  /** Whether to refuse a model that does not fit in the memory that is free now; off by default. */
  checksMemory?: boolean | undefined;
  /** The names of prompt formats that measuring has found for models, by `ModelInfo.hash`. */
  formats?: Readonly<Record<string, string>> | undefined;
}

/**
 * Loads a model in a worker thread.
 * @throws BadInputError if something of the model or the platform is not as it should be; NotEnoughMemoryError if the model does not
 *   fit in memory; in either case what was loaded of it is freed. Error if the worker cannot start.
 */
export async function openEngine({ worker: script, ...rest }: EngineOptions): Promise<Engine> {
  keepRuntimePrivate();
  const latch = new ExitLatch();
  const options: WorkerOptions = { ...rest, exitLatch: latch.memory };
  const worker = new Worker(script, {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  });
  const waitForRun = (): void => {
    latch.exit(EXIT_TIMEOUT_MS);
  };
  process.once('exit', waitForRun);
  worker.once('exit', () => {
    process.off('exit', waitForRun);
  });
  const info = await opened(worker, rest.model).catch(async (error: unknown) => {
    await worker.terminate();
    throw error;
  });
  return new WorkerEngine(worker, info);
}

/** The worker's first message, which says what was loaded or why nothing was. */
function opened(worker: Worker, model: string): Promise<ModelInfo> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: FromWorker) => {
      if (message.kind === 'opened') resolve(message.model);
      else if (message.kind === 'not-opened') reject(deserializeError(message.error));
    });
    // After the promise is settled these do nothing.
    worker.once('error', (error) => {
      reject(error instanceof Error ? (knownFailure(error, model) ?? error) : new Error(String(error)));
    });
    worker.once('exit', (code) => {
      reject(new Error(`the engine's worker ended with code ${code} while it loaded its model`));
    });
  });
}

/** Whoever waits for an answer. */
interface Pending {
  /** Takes a message that is for it. */
  receive: (message: FromWorker) => void;
  /** The engine was closed. */
  close: () => void;
  reject: (error: Error) => void;
}

class WorkerEngine implements Engine {
  private readonly pending = new Map<number, Pending>();
  private nextId = 0;
  /** Why nothing more can be asked. */
  private ended: 'closed' | Error | undefined;
  /** Whoever closes a second time waits for the same end. */
  private closing: Promise<void> | undefined;

  constructor(
    private readonly worker: Worker,
    readonly model: ModelInfo,
  ) {
    worker.on('message', (message: FromWorker) => {
      this.receive(message);
    });
    worker.on('error', (error) => {
      const message = error instanceof Error ? error.message : String(error);
      this.end(new EngineGoneError(`the engine's worker died: ${message}`, { cause: error }));
    });
    worker.on('exit', (code) => {
      this.end(new EngineGoneError(`the engine's worker ended with code ${code}`));
    });
    // An idle engine keeps no program alive.
    worker.unref();
  }

  complete(request: CompletionRequest, signal?: AbortSignal): Promise<CompletionResult> {
    if (this.ended instanceof Error) return Promise.reject(this.ended);
    if (this.ended === 'closed') return Promise.resolve(noCompletion('closed'));
    if (signal?.aborted === true) return Promise.resolve(noCompletion('cancelled'));
    return this.ask<CompletionResult>(
      (id) => ({ kind: 'complete', id, request }),
      (message, resolve) => {
        if (message.kind === 'result') resolve(message.result);
      },
      () => noCompletion('closed'),
      signal,
    );
  }

  measure(
    request: MeasureRequest,
    progress?: (progress: MeasureProgress) => void,
    signal?: AbortSignal,
  ): Promise<Measurement | undefined> {
    if (this.ended instanceof Error) return Promise.reject(this.ended);
    if (this.ended === 'closed' || signal?.aborted === true) return Promise.resolve(undefined);
    return this.ask<Measurement | undefined>(
      (id) => ({ kind: 'measure', id, request }),
      (message, resolve) => {
        if (message.kind === 'progress') progress?.(message.progress);
        else if (message.kind === 'measured') resolve(message.measurement);
      },
      () => undefined,
      signal,
    );
  }

  /** Asks the worker for something that takes a while and may be cancelled. */
  private ask<T>(
    question: (id: number) => ToWorker,
    receive: (message: FromWorker, resolve: (answer: T) => void) => void,
    closed: () => T,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const id = this.nextId++;
    const cancel = (): void => {
      this.send({ kind: 'cancel', id });
    };
    return new Promise<T>((resolve, reject) => {
      // First, since it throws for a request that is no plain data, and then nothing may be pending.
      this.send(question(id));
      const close = (): void => {
        resolve(closed());
      };
      const take = (message: FromWorker): void => {
        receive(message, resolve);
      };
      this.pending.set(id, { receive: take, close, reject });
      this.worker.ref();
      signal?.addEventListener('abort', cancel, { once: true });
    }).finally(() => {
      signal?.removeEventListener('abort', cancel);
      // Closing keeps the program alive until the worker has ended.
      if (this.pending.size === 0 && this.ended === undefined) this.worker.unref();
    });
  }

  warm(request: CompletionRequest): void {
    if (this.ended === undefined) this.send({ kind: 'warm', request });
  }

  closed(document: string): void {
    if (this.ended === undefined) this.send({ kind: 'closed', document });
  }

  file(name: string, text: string | undefined): void {
    if (this.ended === undefined) this.send({ kind: 'file', name, text });
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    if (this.ended !== undefined) return;
    this.ended = 'closed';
    this.settle(({ close }) => {
      close();
    });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
      this.worker.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      // Until it has ended it keeps the program alive, for the same reason.
      this.worker.ref();
      this.send({ kind: 'close' });
    });
  }

  private send(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private receive(message: FromWorker): void {
    if (!('id' in message)) return;
    const pending = this.pending.get(message.id);
    if (message.kind !== 'progress') this.pending.delete(message.id);
    if (message.kind === 'error') pending?.reject(deserializeError(message.error));
    else pending?.receive(message);
  }

  private end(error: Error): void {
    if (this.ended !== undefined) return;
    this.ended = error;
    this.settle(({ reject }) => {
      reject(error);
    });
  }

  private settle(how: (pending: Pending) => void): void {
    const all = [...this.pending.values()];
    this.pending.clear();
    all.forEach(how);
  }
}

function noCompletion(reason: 'closed' | 'cancelled'): CompletionResult {
  return { kind: 'none', reason, account: emptyAccount() };
}

/** What has ended a worker that loads a model, where that can be told. */
function knownFailure(error: Error, model: string): BadInputError | undefined {
  const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isMemory ? memoryRanOut(model, error) : missingRuntime(error);
}

/** ONNX Runtime's binding for this system is not there: an Intel Mac, or a package made for another platform. */
function missingRuntime(error: Error): BadInputError | undefined {
  if (!error.message.includes('onnxruntime_binding')) return undefined;
  return new BadInputError(
    {
      source: 'Mamba Complete',
      field: 'ONNX Runtime',
      expected:
        'a package for this platform (there are linux-x64, linux-arm64, win32-x64, win32-arm64, darwin-arm64)',
      found: `none for ${process.platform}-${process.arch}`,
      action: "Install the extension's package for this platform; there is none for Intel Macs.",
    },
    { cause: error },
  );
}
