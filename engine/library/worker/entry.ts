import { parentPort, workerData } from 'node:worker_threads';
import { CATALOGUE, findModel } from '../catalogue.ts';
import { rankModels } from '../fit.ts';
import { networkFetch } from '../hub/network-fetch.ts';
import { inspect } from '../inspect.ts';
import { install } from '../install.ts';
import { listModels, removeModel, verifyModel } from '../installed.ts';
import { readMachine } from '../machine.ts';
import { failureOf } from './failure.ts';
import type { FromLibrary, HubAccess, LibraryResults, LibraryTask } from './protocol.ts';

/** The worker thread of one {@link LibraryTask}: hashing, converting and measuring would hold up whoever wants it. */
async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('this script runs in a worker thread');
  const send = (message: FromLibrary): void => {
    port.postMessage(message);
  };
  const stop = new AbortController();
  // The only message is to stop.
  port.once('message', () => {
    stop.abort(new Error('stopped'));
  });
  try {
    const result = await perform(workerData as LibraryTask, stop.signal, (progress) => {
      send({ kind: 'progress', progress });
    });
    send({ kind: 'done', result });
  } catch (error) {
    send({ kind: 'failed', failure: failureOf(error) });
  }
}

async function perform(
  task: LibraryTask,
  signal: AbortSignal,
  onProgress: (progress: Extract<FromLibrary, { kind: 'progress' }>['progress']) => void,
): Promise<LibraryResults[keyof LibraryResults]> {
  switch (task.kind) {
    case 'survey': {
      const { known, measures } = task.bandwidth;
      const read = await readMachine(task.models, measures ? undefined : known);
      const machine = { ...read, bandwidth: Math.max(read.bandwidth, known ?? 0) };
      return { machine, fits: rankModels(CATALOGUE, machine), installed: await listModels(task.models) };
    }
    case 'list':
      return listModels(task.models);
    case 'inspect':
      // As installing does: where weights were first published, they may be in a format that is not read.
      return inspect(findModel(task.repository)?.repository ?? task.repository, {
        machine: task.machine,
        signal,
        ...(await hubOptions(task.hub)),
      });
    case 'install': {
      const { which, revision, models } = task;
      return install(which, { models, revision, signal, onProgress, ...(await hubOptions(task.hub)) });
    }
    case 'remove':
      await removeModel(task.models, task.name);
      return null;
    case 'verify':
      await verifyModel(task.models, task.name);
      return null;
  }
}

async function hubOptions({ endpoint, token, network }: HubAccess) {
  return { endpoint, token, fetch: await networkFetch(network) };
}

void main();
