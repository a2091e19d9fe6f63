import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HubServer } from '../../fixtures/hub-server.ts';
import { writeRecitingCheckpoint } from '../../fixtures/reciting-checkpoint.ts';
import { removeFolder, temporaryFolder } from '../workbench/folders.ts';
import { repository } from '../workbench/repository.ts';

/** What the models of the local hub answer to every prompt. */
export const ANSWER = 'remember(this);';

/** A hub on this machine whose repositories all hold the same tiny model. */
export async function startLocalHub(repositories: readonly string[]): Promise<HubServer> {
  const folder = await temporaryFolder('checkpoint');
  try {
    await writeRecitingCheckpoint(folder, join(repository, 'test/fixtures/tokenizer/byte-level'), ANSWER);
    const names = ['config.json', 'model.safetensors', 'tokenizer.json'];
    const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))]));
    const hub = await HubServer.start();
    for (const name of repositories) hub.add(name, files);
    return hub;
  } finally {
    await removeFolder(folder);
  }
}

/** From now on the weights come up to here, and then nothing more; `closed` when the connection that waits for more ends. */
export function stallWeights(hub: HubServer, bytes: number): { closed: Promise<void> } {
  return {
    closed: new Promise((done) => {
      hub.everyTime(({ serve, path, response }) => {
        if (!path.endsWith('.safetensors')) {
          serve();
          return;
        }
        response.once('close', done);
        serve(undefined, { stallAfter: bytes });
      });
    }),
  };
}
