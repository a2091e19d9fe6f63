import { parentPort, workerData } from 'node:worker_threads';
import { openCompleter, type OpenCompleter } from '../completion/open-completer.ts';
import type { CompletionRequest } from '../completion/request.ts';
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
  const { model, threads, exitLatch } = workerData as WorkerOptions;
  const latch = new ExitLatch(exitLatch);
  let opened: OpenCompleter;
  try {
    opened = await latch.computing(() => openCompleter(model, threads));
  } catch (error) {
    send({ kind: 'not-opened', error: serializeError(error) });
    return;
  }

  // One request computes at a time; a newer one ends the older, and starts when that one has let go of the model.
  let newest = -1;
  // Counts what was asked for: warming ahead gives way to all of it.
  let asked = 0;
  let running: Promise<void> = Promise.resolve();
  const complete = async (id: number, request: CompletionRequest): Promise<void> => {
    try {
      const isCancelled = (): boolean => newest !== id || latch.isExiting;
      const result = await latch.computing(() => opened.completer.complete(request, isCancelled));
      send({ kind: 'result', id, result });
      // The keystrokes that follow are cheaper in the plain layout.
      if (result.account.tailLines > 0) await warm(request, asked);
    } catch (error) {
      send({ kind: 'error', id, error: serializeError(error) });
    }
  };
  const warm = async (request: CompletionRequest, turn: number): Promise<void> => {
    const isCancelled = (): boolean => asked !== turn || latch.isExiting;
    if (isCancelled()) return;
    // Nobody waits for it: what is wrong with it shows when the request itself comes.
    await latch.computing(() => opened.completer.warm(request, isCancelled)).catch(() => undefined);
  };
  port.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'warm': {
        const turn = ++asked;
        running = running.then(() => warm(message.request, turn));
        break;
      }
      case 'complete':
        asked++;
        newest = message.id;
        running = running.then(() => complete(message.id, message.request));
        break;
      case 'cancel':
        if (newest === message.id) newest = -1;
        break;
      case 'closed':
        break;
      case 'close':
        asked++;
        newest = -1;
        running = running
          .then(() => opened.close())
          .then(() => {
            port.close();
          });
        break;
    }
  });
  send({ kind: 'opened', model: opened.info });
}

void main();
