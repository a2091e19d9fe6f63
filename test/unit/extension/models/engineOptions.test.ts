import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineOptions } from '../../../../extension/models/engineOptions.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

describe("the engine's options", () => {
  const root = temporaryFolder();

  it('leave the memory to the engine, or say it in bytes', () => {
    const settings = { threads: 2, stateMemory: 0, keepStates: true, localCache: true };
    assert.deepEqual(engineOptions(settings, '/states', true), {
      threads: 2,
      stateBytes: undefined,
      localCache: 'mixes',
      stateFolder: '/states',
    });
    assert.equal(
      engineOptions({ ...settings, stateMemory: 64 }, '/states', true).stateBytes,
      64 * 1024 * 1024,
    );
  });

  it('mix the local cache with the model that ships alone, and have it guess for others', () => {
    const settings = { threads: 2, stateMemory: 0, keepStates: true, localCache: true };
    assert.equal(engineOptions(settings, '/states', true).localCache, 'mixes');
    assert.equal(engineOptions(settings, '/states', false).localCache, 'drafts');
    assert.equal(engineOptions({ ...settings, localCache: false }, '/states', true).localCache, undefined);
  });

  it('states that are not to be kept are deleted', async () => {
    const folder = join(root, 'states');
    mkdirSync(folder);
    writeFileSync(join(folder, 'x.state'), '');
    const options = engineOptions(
      { threads: 0, stateMemory: 0, keepStates: false, localCache: false },
      folder,
      true,
    );
    assert.equal(options.stateFolder, undefined);
    for (let turn = 0; turn < 100 && existsSync(folder); turn++) await sleep(10);
    assert.equal(existsSync(folder), false);
  });
});
