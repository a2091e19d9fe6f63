import { parentPort, workerData } from 'node:worker_threads';
import { openCompleter, type OpenCompleter } from '../completion/open-completer.ts';
import type { MeasureRequest } from '../completion/measuring/measurement.ts';
import type { CompletionRequest } from '../completion/request.ts';
import { Scheduler } from '../completion/scheduler.ts';
import { availableMemory } from '../resources.ts';
import { serializeError } from './errors.ts';
import { ExitLatch } from './exit-latch.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './protocol.ts';

/** The worker thread: everything that computes lives here, so that the editor's thread never waits. */
async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('this script runs in a worker thread');
  const send = (message: FromWorker): void => {
    port.postMessage(message);
  };
  const { model, threads, stateBytes, stateFolder, localCache, checksMemory, formats, exitLatch } =
    workerData as WorkerOptions;
  const latch = new ExitLatch(exitLatch);
  const availableBytes = checksMemory === true ? availableMemory() : undefined;
  let opened: OpenCompleter;
  try {
    opened = await latch.computing(() =>
      openCompleter(model, threads, stateBytes, { stateFolder, localCache, availableBytes, formats }),
    );
  } catch (error) {
    send({ kind: 'not-opened', error: serializeError(error) });
    return;
  }

  const scheduler = new Scheduler(opened.completer, latch);
  const running = new Map<number, AbortController>();
  const answer = async (id: number, work: (signal: AbortSignal) => Promise<FromWorker>): Promise<void> => {
    const cancelled = new AbortController();
    running.set(id, cancelled);
    try {
      send(await work(cancelled.signal));
    } catch (error) {
      send({ kind: 'error', id, error: serializeError(error) });
    } finally {
      running.delete(id);
    }
  };
  const complete = (id: number, request: CompletionRequest): Promise<void> =>
    answer(id, async (signal) => ({ kind: 'result', id, result: await scheduler.complete(request, signal) }));
  const measure = (id: number, request: MeasureRequest): Promise<void> =>
    answer(id, async (signal) => {
      const measurement = await opened.measure(request, {
        run: (work) => scheduler.spare(work, signal),
        progress: (progress) => {
          send({ kind: 'progress', id, progress });
        },
        now: () => performance.now(),
      });
      return { kind: 'measured', id, measurement };
    });
  const close = async (): Promise<void> => {
    await scheduler.close();
    await opened.close();
    port.close();
  };
  port.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'complete':
        void complete(message.id, message.request);
        break;
      case 'warm':
        scheduler.warm(message.request);
        break;
      case 'measure':
        void measure(message.id, message.request);
        break;
      case 'cancel':
        running.get(message.id)?.abort();
        break;
      case 'closed':
        scheduler.closed(message.document);
        break;
      case 'file':
        scheduler.file(message.name, message.text);
        break;
      case 'close':
        void close();
        break;
    }
  });
  send({ kind: 'opened', model: opened.info });
}

void main();
