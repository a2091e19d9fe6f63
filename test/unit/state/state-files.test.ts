import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileSystem, StateFiles, type StateFilesOptions } from '../../../engine/state/state-files.ts';
import { seededRandom } from '../../../engine/seeded-random.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { MODEL, STATE_LENGTH, valuesOf } from './state-values.ts';

const LENGTH = 100;
const IDS = [5, 6, 7, 8, 9];
const PROMPT = [...IDS, 10];
const WRITER = 'out/test/unit/state/state-writer.js';

describe('StateFiles', () => {
  const root = temporaryFolder();
  let folder: string;
  let count = 0;
  beforeEach(() => {
    folder = join(root, `states-${count++}`, 'deep');
  });
  const open = (change: Partial<StateFilesOptions> = {}, files = fileSystem): StateFiles =>
    new StateFiles({ folder, modelHash: MODEL, stateLength: () => LENGTH, capBytes: 1e6, ...change }, files);
  const put = (files: StateFiles, ids: readonly number[]): Promise<void> =>
    files.put(ids, valuesOf(ids, LENGTH));
  const entries = (): string[] => readdirSync(folder);
  const unfinished = (): string[] => entries().filter((name) => name.endsWith('.tmp'));
  const onlyEntry = (): string => {
    assert.equal(entries().length, 1);
    return join(folder, entries()[0] ?? '');
  };
  /** Tokens of what a new reader finds; what it finds has to be right. */
  const found = async (ids: readonly number[], deeperThan = 0, change = {}): Promise<number> => {
    const state = await open(change).find(ids, deeperThan);
    if (state === undefined) return 0;
    assert.deepEqual(state.values, valuesOf(ids.slice(0, state.length), LENGTH));
    return state.length;
  };

  it('finds in another process what was put, the deepest that begins the tokens', async () => {
    const files = open();
    for (const length of [1, 3, 5]) await put(files, IDS.slice(0, length));
    assert.equal(await found(PROMPT), 5);
    assert.equal(await found(IDS), 3);
    assert.equal(await found([5, 6, 0, 0]), 1);
    assert.equal(await found([6, 7, 8]), 0);
    assert.equal(await found(PROMPT, 5), 0);
    assert.equal(await found(PROMPT, 4), 5);
    assert.equal((await files.find(PROMPT, 0))?.length, 5);
  });

  it('only the user may read what is kept', async () => {
    await put(open(), IDS);
    assert.equal(statSync(onlyEntry()).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.doesNotMatch(entries().join(), /tmp/);
  });

  it('gives back the same bits, also of numbers that are no numbers', async () => {
    const bits = [
      0x00000000, 0x80000000, 0x00000001, 0x7f800000, 0xff800000, 0x7fc00000, 0x7fc12345, 0xffc00001,
    ];
    const values = new Float32Array(Uint32Array.from(bits).buffer);
    await open({ stateLength: () => bits.length }).put(IDS, values);
    const state = await open({ stateLength: () => bits.length }).find(PROMPT, 0);
    assert.ok(state);
    assert.deepEqual([...new Uint32Array(state.values.slice().buffer)], bits);
  });

  it('an entry of another model, or of states of another length, is not used', async () => {
    await put(open(), IDS);
    assert.equal(await found(PROMPT, 0, { modelHash: 'cd'.repeat(32) }), 0);
    // The names begin alike: only the whole hash in the file tells them apart.
    assert.equal(await found(PROMPT, 0, { modelHash: `${'ab'.repeat(8)}${'cd'.repeat(24)}` }), 0);
    await put(open(), IDS);
    assert.equal(await found(PROMPT, 0, { stateLength: () => LENGTH - 1 }), 0);
  });

  it('a file of other tokens under a forged name is not used, and goes', async () => {
    await put(open(), IDS);
    const bytes = readFileSync(onlyEntry());
    const name = onlyEntry();
    rmSync(name);
    await put(open(), [1, 1, 1, 1, 1]);
    const target = onlyEntry();
    writeFileSync(target, bytes);
    assert.equal(await found([1, 1, 1, 1, 1, 1]), 0);
    assert.deepEqual(entries(), []);
  });

  it('a file cut anywhere, or with something after its end, is not used, and goes', async () => {
    await put(open(), IDS);
    const name = onlyEntry();
    const whole = readFileSync(name);
    for (let length = 0; length < whole.length; length += length < 130 ? 1 : 37) {
      writeFileSync(name, whole.subarray(0, length));
      assert.equal(await found(PROMPT), 0, `${length} bytes`);
      assert.deepEqual(entries(), []);
    }
    writeFileSync(name, Buffer.concat([whole, Buffer.of(0)]));
    assert.equal(await found(PROMPT), 0);
    writeFileSync(name, whole);
    assert.equal(await found(PROMPT), 5);
  });

  it('a file with any bit turned is not used', async () => {
    await put(open(), IDS);
    const name = onlyEntry();
    const whole = readFileSync(name);
    const random = seededRandom(3);
    const places = Array.from({ length: 300 }, () => Math.floor(random() * whole.length));
    for (const at of [...Array(whole.length < 130 ? whole.length : 130).keys(), ...places]) {
      const turned = Buffer.from(whole);
      turned[at] = (turned[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      writeFileSync(name, turned);
      assert.equal(await found(PROMPT), 0, `byte ${at}`);
    }
  });

  it('a damaged entry makes way for the next best', async () => {
    const files = open();
    await put(files, IDS.slice(0, 3));
    await put(files, IDS);
    const deepest = entries().find((name) => name.startsWith('5-')) ?? '';
    writeFileSync(join(folder, deepest), 'nonsense');
    assert.equal(await found(PROMPT), 3);
  });

  it('a writer that is killed in the middle leaves nothing that is wrong', async function () {
    this.timeout(30_000);
    for (let round = 0; round < 6; round++) {
      const writer = spawn(process.execPath, [resolve(WRITER), folder]);
      await once(writer.stdout, 'data');
      await new Promise((done) => setTimeout(done, 7 * round));
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      const files = open({ stateLength: () => STATE_LENGTH });
      let right = 0;
      for (let first = 1; first < 400; first++) {
        const ids = Array.from({ length: 10 }, (_, at) => at + first);
        const state = await files.find([...ids, 0], 0);
        if (state === undefined) continue;
        assert.deepEqual(state.values, valuesOf(ids, STATE_LENGTH));
        right++;
      }
      assert.ok(right > 0);
    }
    await open({ capBytes: 1e9 }).put(IDS, valuesOf(IDS, LENGTH));
    assert.deepEqual(unfinished(), []);
  });

  it('what another writes stays while it may be written; what a dead writer has left goes', async () => {
    await put(open(), IDS);
    const gone = spawn(process.execPath, ['--version']);
    await once(gone, 'exit');
    const of = (process: number, name: string): string => `x.state.${process}-${name}.tmp`;
    const [fresh, old, dead] = [of(process.pid, 'fresh'), of(process.pid, 'old'), of(gone.pid ?? 0, 'dead')];
    for (const name of [fresh, old, dead]) writeFileSync(join(folder, name), 'half');
    utimesSync(join(folder, old), 1, 1);
    await put(open(), [1]);
    assert.deepEqual(unfinished(), [fresh]);
  });

  it('two processes that write the same at once leave nothing that is wrong', async function () {
    this.timeout(30_000);
    const writers = [0, 1].map(() => spawn(process.execPath, [resolve(WRITER), folder]));
    await Promise.all(writers.map(({ stdout }) => once(stdout, 'data')));
    const files = open({ stateLength: () => STATE_LENGTH });
    let right = 0;
    for (let first = 1; right < 50; first++) {
      const ids = Array.from({ length: 10 }, (_, at) => at + first);
      const until = performance.now() + 5000;
      let state;
      while (state === undefined && performance.now() < until) {
        state = await files.find([...ids, 0], 0);
        // The folder is looked through again only after some time.
        if (state === undefined) await new Promise((done) => setTimeout(done, 20));
      }
      assert.ok(state, `entry ${first}`);
      assert.deepEqual(state.values, valuesOf(ids, STATE_LENGTH));
      right++;
    }
    for (const writer of writers) {
      writer.kill('SIGKILL');
      await once(writer, 'exit');
    }
  });

  it('keeps to its cap: what was used longest ago goes first', async () => {
    const size = 80 + 4 * (IDS.length + LENGTH);
    const files = open({ capBytes: 3 * size });
    const seen = new Set<string>();
    for (const [age, first] of [5, 4, 3].entries()) {
      await put(files, [first, 1, 1, 1, 1]);
      const added = entries().find((name) => !seen.has(name)) ?? '';
      seen.add(added);
      utimesSync(join(folder, added), 100 + age, 100 + age);
    }
    assert.equal(await found([5, 1, 1, 1, 1, 1]), 5); // Used now.
    await put(files, [9, 1, 1, 1, 1]);
    assert.equal(await found([4, 1, 1, 1, 1, 1]), 0);
    for (const first of [5, 3, 9]) assert.equal(await found([first, 1, 1, 1, 1, 1]), 5, String(first));
    assert.equal(entries().length, 3);
  });

  it('keeps to its cap when many write at once', async () => {
    const size = 80 + 4 * (IDS.length + LENGTH);
    await Promise.all(
      Array.from({ length: 20 }, (_, first) => put(open({ capBytes: 3 * size }), [first, 1, 1, 1, 1])),
    );
    assert.ok(entries().length > 0 && entries().length <= 3, String(entries().length));
  });

  it('where nothing can be deleted, nothing is written beyond the cap', async () => {
    const rm = () => Promise.reject(new Error('busy'));
    const files = open({ capBytes: 1000 }, { ...fileSystem, rm });
    await put(files, IDS);
    await put(files, [1]);
    await put(files, [2]);
    assert.equal(entries().length, 2);
    assert.equal(await found(PROMPT), 5);
  });

  it('what is larger than the cap is not written', async () => {
    await put(open({ capBytes: 100 }), IDS);
    assert.throws(entries, /ENOENT/);
  });

  it('putting again marks it as used and writes nothing', async () => {
    await put(open(), IDS);
    const name = onlyEntry();
    utimesSync(name, 1, 1);
    const { ino } = statSync(name);
    await put(open(), IDS);
    assert.equal(statSync(name).ino, ino);
    assert.ok(statSync(name).mtimeMs > 1e6);
  });

  it('two that write the same at once leave one whole entry', async () => {
    await Promise.all(Array.from({ length: 8 }, () => put(open(), IDS)));
    assert.equal(entries().length, 1);
    assert.equal(await found(PROMPT), 5);
  });

  it('an entry that vanishes between looking and reading is not there', async () => {
    const files = open();
    await put(files, IDS.slice(0, 2));
    await put(files, IDS);
    await files.find(PROMPT, 0);
    for (const name of entries()) if (name.startsWith('5-')) rmSync(join(folder, name));
    assert.equal((await files.find(PROMPT, 0))?.length, 2);
  });

  for (const call of ['mkdir', 'open', 'rename', 'readdir', 'stat', 'utimes'] as const) {
    it(`where ${call} fails, nothing is kept, and nobody is bothered`, async () => {
      const failing = {
        ...fileSystem,
        [call]: () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
      };
      const files = open({}, failing);
      await put(files, IDS);
      await files.find(PROMPT, 0);
      // Whatever is left is right, and none of it half.
      await found(PROMPT);
      const left = await fileSystem.readdir(folder).catch(() => []);
      assert.ok(
        left.every((name) => !name.endsWith('.tmp')),
        left.join(),
      );
    });
  }

  for (const [name, bytes] of [
    ['at once', 0],
    ['in the middle of the head', 40],
    ['in the middle of the values', 300],
  ] as const) {
    it(`a disk that is full ${name} leaves no half entry`, async () => {
      const full = {
        ...fileSystem,
        open: async (path: string, flags: string, mode?: number) => {
          const file = await fileSystem.open(path, flags, mode);
          let left: number = bytes;
          const write = async (data: Uint8Array, at: number, length: number) => {
            if (left === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
            const part = Math.min(left, length);
            left -= part;
            return { bytesWritten: (await file.write(data, at, part)).bytesWritten };
          };
          return new Proxy(file, {
            get: (target, key) => {
              if (key === 'write') return write;
              const value: unknown = Reflect.get(target, key);
              return typeof value === 'function' ? (value.bind(target) as unknown) : value;
            },
          });
        },
      };
      await put(open({}, full as typeof fileSystem), IDS);
      assert.deepEqual(entries(), []);
      assert.equal(await found(PROMPT), 0);
    });
  }

  it('a folder that is a file keeps nothing', async () => {
    mkdirSync(join(folder, '..'), { recursive: true });
    writeFileSync(folder, 'a file');
    await put(open(), IDS);
    assert.equal(await found(PROMPT), 0);
    assert.equal(readFileSync(folder, 'utf8'), 'a file');
  });

  const isSuperuser = process.getuid?.() === 0;
  // The superuser may write anywhere, and Windows knows no such mode.
  if (!isSuperuser && process.platform !== 'win32') {
    it('a folder that may not be written keeps nothing, and gives what it has', async () => {
      await put(open(), IDS);
      chmodSync(folder, 0o500);
      await put(open(), [1]);
      assert.equal(await found(PROMPT), 5);
      chmodSync(folder, 0o700);
      assert.equal(entries().length, 1);
    });
  }

  it('looking for what is not there costs less than a millisecond', async () => {
    const files = open({ capBytes: 1e9 });
    for (let length = 1; length <= 200; length++)
      await put(
        files,
        Array.from({ length: length * 10 }, () => 1),
      );
    const ids = Array.from({ length: 2001 }, () => 2);
    await files.find(ids, 0);
    // The fastest of many: what else runs on the machine is not the lookup's.
    let fastest = Infinity;
    for (let again = 0; again < 50; again++) {
      const started = performance.now();
      assert.equal(await files.find(ids, 0), undefined);
      fastest = Math.min(fastest, performance.now() - started);
    }
    assert.ok(fastest < 1, `${fastest} ms`);
  });
});
