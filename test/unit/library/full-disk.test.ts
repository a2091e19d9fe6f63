import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  install,
  listModels,
  type InstalledModel,
  type InstallOptions,
} from '../../../engine/library/index.ts';
import { assertBadInput } from '../../fixtures/bad-input.ts';
import { HubServer } from '../../fixtures/hub-server.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

/** A disk that is really full, where this process may make one. */
describe('library: a full disk of one mebibyte', () => {
  let server: HubServer;
  let isMounted = false;
  // Before the folder is removed, whose hook comes next.
  after(async () => {
    if (!isMounted) return;
    await server.stop();
    execFileSync('umount', [disk]);
  });
  const folder = temporaryFolder();
  const disk = join(folder, 'disk');

  before(async function () {
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'ignore' });
      isMounted = true;
    } catch {
      this.skip();
    }
    server = await HubServer.start();
    const checkpoint = join(folder, 'checkpoint');
    writeRandomCheckpoint(checkpoint, randomConfig({ vocabularySize: 16_000 }));
    server.add('owner/tiny', {
      'config.json': readFileSync(join(checkpoint, 'config.json')),
      'model.safetensors': readFileSync(join(checkpoint, 'model.safetensors')),
      'tokenizer.json': readFileSync('test/fixtures/tokenizer/byte-level/tokenizer.json'),
    });
  });

  const run = (statfs?: InstallOptions['statfs']): Promise<InstalledModel> =>
    install('owner/tiny', { models: join(disk, 'models'), endpoint: server.url, statfs });
  const spacious = () => Promise.resolve({ bavail: 2 ** 40, bsize: 1 });

  it('is told before anything large is loaded', async () => {
    await assertBadInput(run(), { expected: /bytes of free space/, action: /Free some space/ });
    assert.equal(server.requestsFor('model.safetensors').length, 0);
  });

  it('filled by others meanwhile: says so, keeps what has arrived, and goes on when there is space', async () => {
    await assertBadInput(run(spacious), { found: 'a full disk' });
    assert.equal((await listModels(join(disk, 'models')))[0]?.state, 'partial');
    execFileSync('mount', ['-o', 'remount,size=64m', disk]);
    assert.equal((await run(spacious)).state, 'installed');
    assert.match(server.requestsFor('model.safetensors').at(-1)?.range ?? '', /^bytes=[1-9]\d*-$/);
  });
});
