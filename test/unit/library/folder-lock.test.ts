import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BadInputError } from '../../../engine/errors.ts';
import { FolderLock } from '../../../engine/library/folder-lock.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

describe('library: the lock of a folder', () => {
  const folder = temporaryFolder();
  let path: string;
  let count = 0;
  beforeEach(() => {
    path = join(folder, `lock-${count++}`);
  });

  /** A process that has ended. */
  const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;
  const holder = (pid: number, host = hostname()): string => JSON.stringify({ pid, host, token: 'theirs' });
  const age = (seconds: number): void => {
    const then = Date.now() / 1000 - seconds;
    utimesSync(path, then, then);
  };

  it('is held by one, until that one releases it', async () => {
    const lock = await FolderLock.take(path);
    assert.equal(await FolderLock.isHeld(path), true);
    await assert.rejects(FolderLock.take(path), BadInputError);
    await lock.release();
    assert.equal(await FolderLock.isHeld(path), false);
    assert.ok(!existsSync(path));
    await (await FolderLock.take(path)).release();
  });

  it('of twenty that want it at once, one gets it', async () => {
    writeFileSync(path, holder(deadPid()));
    const taken = await Promise.allSettled(Array.from({ length: 20 }, () => FolderLock.take(path)));
    const got = taken.filter((result) => result.status === 'fulfilled');
    assert.equal(got.length, 1);
    assert.ok(!readdirSync(folder).some((name) => name.startsWith(`${path}.`)));
    await got[0]?.value.release();
  });

  const stale: [what: string, write: () => void][] = [
    [
      'a process that has ended',
      () => {
        writeFileSync(path, holder(deadPid()));
      },
    ],
    [
      'a live process of the same number that has not beaten for long',
      () => {
        writeFileSync(path, holder(process.pid));
        age(301);
      },
    ],
    [
      'another machine that has not beaten for long',
      () => {
        writeFileSync(path, holder(1, 'elsewhere'));
        age(301);
      },
    ],
    [
      'nobody, with a broken file',
      () => {
        writeFileSync(path, '{"pid"');
        age(10);
      },
    ],
  ];
  for (const [what, write] of stale) {
    it(`is taken from ${what}`, async () => {
      write();
      assert.equal(await FolderLock.isHeld(path), false);
      const lock = await FolderLock.take(path);
      assert.equal((JSON.parse(readFileSync(path, 'utf8')) as { pid: number }).pid, process.pid);
      await lock.release();
    });
  }

  const live: [what: string, write: () => void][] = [
    [
      'a live process',
      () => {
        writeFileSync(path, holder(process.ppid));
      },
    ],
    [
      'another machine',
      () => {
        writeFileSync(path, holder(1, 'elsewhere'));
      },
    ],
    [
      'one that is just being written',
      () => {
        writeFileSync(path, '');
      },
    ],
  ];
  for (const [what, write] of live) {
    it(`is not taken from ${what}`, async () => {
      write();
      assert.equal(await FolderLock.isHeld(path), true);
      await assert.rejects(FolderLock.take(path), /Wait until the other window has finished/);
      assert.ok(existsSync(path));
    });
  }

  it("another one's lock is not released", async () => {
    const lock = await FolderLock.take(path);
    writeFileSync(path, holder(process.ppid));
    await lock.release();
    assert.ok(existsSync(path));
  });
});
