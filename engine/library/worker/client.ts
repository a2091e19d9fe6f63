import { Worker } from 'node:worker_threads';
import type { Inspection } from '../inspect.ts';
import type { InstallProgress } from '../install.ts';
import type { InstalledModel } from '../installed.ts';
import type { Machine } from '../machine.ts';
import { hasPartialModel } from '../places.ts';
import type {
  FromLibrary,
  HubAccess,
  KnownBandwidth,
  LibraryFailure,
  LibraryFailureKind,
  LibraryResults,
  LibraryTask,
  Survey,
} from './protocol.ts';

/** Why the library did not do what it was asked for. */
export class LibraryError extends Error {
  override readonly name = 'LibraryError';
  readonly kind: LibraryFailureKind;

  constructor({ kind, message, stack }: LibraryFailure) {
    super(message);
    this.kind = kind;
    if (stack !== undefined) this.stack = stack;
  }
}

/** {@link Library.install} or {@link Library.inspect} was cancelled; what has arrived is kept. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

export interface Installing {
  /** A model of the catalogue by its id or repository, or another repository as `owner/name`. */
  which: string;
  /** Branch, tag or commit of one that is not in the catalogue. */
  revision?: string | undefined;
  hub: HubAccess;
  signal: AbortSignal;
  onProgress: (progress: InstallProgress) => void;
}

/** Who a task runs for. */
interface Listening {
  signal?: AbortSignal | undefined;
  onProgress?: Installing['onProgress'] | undefined;
}

/** The models of this machine and of the hub. Everything runs in worker threads; all of it rejects with {@link LibraryError}. */
export interface Library {
  survey(bandwidth: KnownBandwidth): Promise<Survey>;
  list(): Promise<readonly InstalledModel[]>;
  /** Whether {@link list} holds a partial one; costs a few looks at the disk, and no thread. */
  hasPartial(): Promise<boolean>;
  /** @throws StoppedError too */
  inspect(repository: string, machine: Machine, hub: HubAccess, signal?: AbortSignal): Promise<Inspection>;
  /** @throws StoppedError too */
  install(options: Installing): Promise<InstalledModel>;
  remove(name: string): Promise<void>;
  /** Reads a model again and holds it against its hashes. */
  verify(name: string): Promise<void>;
  /** Stops what runs, as if it was cancelled. */
  stop(): void;
}

/**
 * @param worker path of the bundled script
 * @param models folder of the models; it need not exist
 */
export function openLibrary({ worker: script, models }: { worker: string; models: string }): Library {
  const running = new Set<Worker>();
  const stopped = new WeakSet<Worker>();

  const run = async <Kind extends LibraryTask['kind']>(
    task: Extract<LibraryTask, { kind: Kind }>,
    { signal, onProgress }: Listening = {},
  ): Promise<LibraryResults[Kind]> => {
    if (isAborted(signal)) throw new StoppedError('stopped');
    const worker = new Worker(script, { workerData: task });
    running.add(worker);
    const stop = (): void => {
      worker.postMessage('stop');
    };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return (await answer(worker, onProgress)) as LibraryResults[Kind];
    } catch (error) {
      throw isAborted(signal) || stopped.has(worker) ? new StoppedError('stopped') : error;
    } finally {
      signal?.removeEventListener('abort', stop);
      running.delete(worker);
      // An idle connection to the hub keeps a thread alive for some seconds.
      void worker.terminate();
    }
  };

  return {
    survey: (bandwidth) => run({ kind: 'survey', models, bandwidth }),
    list: () => run({ kind: 'list', models }),
    hasPartial: () => hasPartialModel(models),
    inspect: (repository, machine, hub, signal) =>
      run({ kind: 'inspect', repository, machine, hub }, { signal }),
    install: ({ which, revision, hub, ...rest }) =>
      run({ kind: 'install', which, revision, models, hub }, rest),
    async remove(name) {
      await run({ kind: 'remove', models, name });
    },
    async verify(name) {
      await run({ kind: 'verify', models, name });
    },
    stop() {
      for (const worker of running) {
        stopped.add(worker);
        worker.postMessage('stop');
      }
    },
  };
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function answer(
  worker: Worker,
  onProgress: Installing['onProgress'] = () => undefined,
): Promise<LibraryResults[keyof LibraryResults]> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromLibrary) => {
      if (message.kind === 'progress') onProgress(message.progress);
      else if (message.kind === 'done') resolve(message.result);
      else reject(new LibraryError(message.failure));
    });
    worker.once('error', (error) => {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      reject(new LibraryError({ kind: 'unexpected', message, stack }));
    });
    worker.once('exit', (code) => {
      reject(
        new LibraryError({ kind: 'unexpected', message: `the library's worker ended with code ${code}` }),
      );
    });
  });
}
