import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { convert, type ConvertOptions } from '../../../engine/weights/convert.ts';
import { JOURNAL_FILE } from '../../../engine/weights/journal.ts';
import { tensorShapes } from '../../../engine/weights/model-config.ts';
import type { Manifest } from '../../../engine/weights/manifest.ts';
import { openPackage } from '../../../engine/weights/package.ts';
import type { OpenFile } from '../../../engine/weights/weights-writer.ts';
import { assertBadInput } from '../../fixtures/bad-input.ts';
import { seededRandom } from '../../../engine/seeded-random.ts';
import { huggingFaceConfig, randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { safetensors } from '../../fixtures/safetensors.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const SHARDS = 3;
const config = randomConfig({ tiedHead: false });
const TENSORS = tensorShapes(config).size;

describe('an interrupted conversion', () => {
  const root = temporaryFolder();
  let source = '';
  let destination = '';
  let incomplete = '';
  let count = 0;
  let whole: Manifest;
  let wholeWeights: Buffer;

  before(async () => {
    writeShards(join(root, 'original'));
    whole = await convert({
      source: join(root, 'original'),
      destination: join(root, 'whole'),
      bits: 4,
      block: 32,
    });
    wholeWeights = readFileSync(join(root, 'whole', 'weights.bin'));
  });
  beforeEach(() => {
    source = join(root, `original-${count}`);
    destination = join(root, `package-${count++}`);
    incomplete = `${destination}.incomplete`;
    cpSync(join(root, 'original'), source, { recursive: true, preserveTimestamps: true });
  });
  const options = (more: Partial<ConvertOptions> = {}): ConvertOptions => ({
    source,
    destination,
    bits: 4,
    block: 32,
    name: 'original',
    ...more,
  });
  const shard = (index: number): string => join(source, shardName(index));

  /** Converts until so many strips were read; each tensor here is one. */
  const stopAfter = async (strips: number, more: Partial<ConvertOptions> = {}): Promise<void> => {
    const stop = new AbortController();
    let seen = -1;
    const stopped = convert(
      options({
        ...more,
        signal: stop.signal,
        onProgress: () => {
          if (++seen === strips) stop.abort();
        },
      }),
    );
    await assert.rejects(stopped, { name: 'AbortError' });
    assert.ok(!existsSync(destination));
  };
  /** Converts the rest, and tells what was read and why it began anew, if it did. */
  const goOn = async (
    more: Partial<ConvertOptions> = {},
  ): Promise<{ manifest: Manifest; first: number; restart: string | undefined }> => {
    let first: number | undefined;
    let restart: string | undefined;
    const manifest = await convert(
      options({
        ...more,
        onProgress: (done) => (first ??= done),
        onRestart: (reason) => (restart = reason),
      }),
    );
    return { manifest, first: first ?? NaN, restart };
  };
  const assertWhole = async (manifest: Manifest): Promise<void> => {
    assert.ok(readFileSync(join(destination, 'weights.bin')).equals(wholeWeights));
    assert.deepEqual({ ...manifest, source: [] }, { ...whole, source: [] });
    assert.deepEqual(readdirSync(destination).sort(), ['manifest.json', 'weights.bin']);
    assert.ok(!existsSync(incomplete));
    await openPackage(destination);
  };

  for (let strips = 1; strips <= TENSORS; strips++) {
    it(`goes on after ${strips - 1} tensors and in the middle of one, to the same bytes`, async () => {
      await stopAfter(strips);
      assert.equal(existsSync(incomplete), strips > 1);
      const { manifest, first, restart } = await goOn();
      assert.equal(restart, undefined);
      assert.equal(first > 0, strips > 1);
      await assertWhole(manifest);
    });
  }

  it('goes on several times, and says which of the files it read in one go', async () => {
    for (const strips of [3, 4]) await stopAfter(strips);
    const { manifest } = await goOn();
    await assertWhole(manifest);
    const hashes = manifest.source?.map(({ sha256 }) => sha256 !== null);
    assert.deepEqual(hashes, [false, true, true]);
  });

  it('goes on from the start of a matrix that was stopped between two strips', async () => {
    const large = join(root, 'large');
    writeRandomCheckpoint(large, randomConfig({ vocabularySize: 50_000, tiedHead: false }));
    const expected = await convert(options({ source: large, destination: join(root, 'large-package') }));
    const tensors = [...tensorShapes(expected.config).keys()];
    assert.equal(tensors.at(-1), 'lm_head.weight');
    // The first and the last tensor take two strips; this is the last one's second.
    await stopAfter(tensors.length + 2, { source: large });
    const { manifest, restart } = await goOn({ source: large });
    assert.equal(restart, undefined);
    assert.deepEqual({ ...manifest, source: [] }, { ...expected, source: [] });
    await openPackage(destination);
  });

  it('goes on after the whole process died at any write', async () => {
    let writes = 0;
    for (let last = 0; ; last++) {
      rmSync(incomplete, { recursive: true, force: true });
      rmSync(destination, { recursive: true, force: true });
      writes = 0;
      const dead = await convert(
        options(),
        dyingAfter(last, () => writes++),
      ).then(
        () => false,
        () => true,
      );
      if (!dead) break;
      const { manifest } = await goOn();
      await assertWhole(manifest);
    }
    assert.ok(writes > TENSORS, `${writes} writes`);
  });

  it('a full disk is named, and what was written serves the next call', async () => {
    await assertBadInput(convert(options(), fullAfter(wholeWeights.length / 2)), {
      source: destination,
      found: 'a full disk',
    });
    assert.ok(existsSync(incomplete));
    const { manifest, restart } = await goOn();
    assert.equal(restart, undefined);
    await assertWhole(manifest);
  });

  it('goes on where files that are appended to cannot be cut', async () => {
    await stopAfter(3);
    await assertWhole(await convert(options(), asOnWindows));
  });

  const spoilers: [what: string, spoil: () => void, reason: RegExp][] = [
    [
      'a changed shard',
      () => {
        utimesSync(shard(0), 1, 1);
      },
      /^model-00001-of-00003.safetensors has changed$/,
    ],
    [
      'another config',
      () => {
        writeConfig(source, { ...config, epsilon: 1e-3 });
      },
      /config has changed/,
    ],
    [
      'a journal that is no JSON',
      () => {
        writeFileSync(join(incomplete, JOURNAL_FILE), 'x\n');
      },
      /journal is damaged/,
    ],
    [
      'an empty journal',
      () => {
        writeFileSync(join(incomplete, JOURNAL_FILE), '');
      },
      /journal is damaged/,
    ],
    [
      'a journal line of something else',
      () => {
        edit(join(incomplete, JOURNAL_FILE), (text) => text.replace('"position"', '"place"'));
      },
      /journal is damaged/,
    ],
    [
      'no journal',
      () => {
        rmSync(join(incomplete, JOURNAL_FILE));
      },
      /no journal/,
    ],
    [
      'changed weights',
      () => {
        const path = join(incomplete, 'weights.bin');
        const bytes = readFileSync(path);
        bytes[100] = (bytes[100] ?? 0) ^ 1;
        writeFileSync(path, bytes);
      },
      /weights are damaged/,
    ],
    [
      'weights cut off',
      () => {
        writeFileSync(join(incomplete, 'weights.bin'), 'half');
      },
      /weights are damaged/,
    ],
    [
      'no weights',
      () => {
        rmSync(join(incomplete, 'weights.bin'));
      },
      /weights are damaged/,
    ],
  ];
  for (const [what, spoil, reason] of spoilers) {
    it(`${what}: begins anew, and says so`, async () => {
      await stopAfter(8);
      spoil();
      const { first, restart } = await goOn();
      assert.match(restart ?? '', reason);
      assert.equal(first, 0);
      const { manifest } = await openPackage(destination);
      assert.equal(manifest.weights.bytes, whole.weights.bytes);
    });
  }

  it('a model of the same config in one file: begins anew, and says so', async () => {
    await stopAfter(8);
    const other = join(root, 'other');
    writeRandomCheckpoint(other, config, 2);
    const expected = await convert(options({ source: other, destination: join(root, 'other-package') }));
    const { manifest, restart } = await goOn({ source: other });
    assert.match(restart ?? '', /it read model-00001-of-00003\.safetensors, which the source does not have/);
    assert.equal(manifest.weights.sha256, expected.weights.sha256);
  });

  it('other bits: begins anew, and says so', async () => {
    await stopAfter(8);
    const { manifest, restart } = await goOn({ bits: 8 });
    assert.match(restart ?? '', /other options/);
    assert.equal(manifest.bits, 8);
  });

  it('a changed shard of which nothing was read changes nothing', async () => {
    await stopAfter(3);
    utimesSync(shard(2), 1, 1);
    const { manifest, restart } = await goOn();
    assert.equal(restart, undefined);
    await assertWhole(manifest);
  });

  it('a journal whose last line is cut off counts up to there', async () => {
    await stopAfter(8);
    writeFileSync(join(incomplete, JOURNAL_FILE), '{"tensors":{"half', { flag: 'a' });
    await stopAfter(2);
    const { manifest, restart } = await goOn();
    assert.equal(restart, undefined);
    await assertWhole(manifest);
  });

  it('weights that were written after the journal do not count', async () => {
    await stopAfter(8);
    writeFileSync(join(incomplete, 'weights.bin'), Buffer.alloc(1 << 20, 7), { flag: 'a' });
    await assertWhole((await goOn()).manifest);
  });

  describe('that deletes its source', () => {
    it('deletes each file only after all of it is in the journal', async () => {
      let deleted = 0;
      const manifest = await convert(
        options({
          deleteSource: true,
          onProgress: () => {
            const gone = Array.from({ length: SHARDS }, (_, index) => index).filter(
              (index) => !existsSync(shard(index)),
            );
            deleted = Math.max(deleted, gone.length);
            const journal = existsSync(join(incomplete, JOURNAL_FILE))
              ? readFileSync(join(incomplete, JOURNAL_FILE), 'utf8')
              : '';
            for (const index of gone) {
              for (const name of shardTensors(index)) assert.ok(journal.includes(`"${name}"`), name);
            }
          },
        }),
      );
      assert.equal(deleted, SHARDS - 1);
      assert.deepEqual(readdirSync(source).sort(), ['config.json', 'model.safetensors.index.json']);
      await assertWhole(manifest);
    });

    for (const strips of [2, 9, 12, TENSORS]) {
      it(`goes on after ${strips - 1} tensors without the files that are gone`, async () => {
        await stopAfter(strips, { deleteSource: true });
        await assertWhole((await goOn({ deleteSource: true })).manifest);
      });
    }

    it('goes on when the next file has to be downloaded again', async () => {
      const broken = readFileSync(shard(1));
      writeFileSync(shard(1), broken.subarray(0, -100));
      await assertBadInput(convert(options({ deleteSource: true })), { source: shard(1) });
      // Found before anything was deleted.
      assert.ok(existsSync(shard(0)));
      writeFileSync(shard(1), broken);
      await stopAfter(8, { deleteSource: true });
      utimesSync(shard(2), 5, 5);
      await assertWhole((await goOn({ deleteSource: true })).manifest);
    });

    it('keeps what it has if a later file holds what is no weight', async () => {
      const good = readFileSync(shard(2));
      const bad = Buffer.from(good);
      bad.fill(0xff, bad.length - 8);
      writeFileSync(shard(2), bad);
      await assertBadInput(convert(options({ deleteSource: true })), {
        source: shard(2),
        expected: /finite/,
      });
      assert.ok(!existsSync(shard(1)));
      writeFileSync(shard(2), good);
      await assertWhole((await goOn({ deleteSource: true })).manifest);
    });

    it('says what is missing, and keeps what it has, if it would have to begin anew', async () => {
      await stopAfter(12, { deleteSource: true });
      assert.ok(!existsSync(shard(0)));
      await assertBadInput(goOn({ bits: 8 }), { source: shard(0), found: 'no such file' });
      await assertWhole((await goOn({ deleteSource: true })).manifest);
    });
  });

  it('one file: is deleted at the end, and not missed by a call that only has to finish', async () => {
    const single = join(root, 'single');
    writeShards(single, 1);
    renameSync(join(single, shardName(0, 1)), join(single, 'model.safetensors'));
    rmSync(join(single, 'model.safetensors.index.json'));
    let writes = 0;
    await convert(
      options({ source: single }),
      dyingAfter(Infinity, () => writes++),
    );
    rmSync(destination, { recursive: true });
    mkdirSync(destination);
    // The destination in the way of the last step.
    const blocked = convert(options({ source: single, deleteSource: true }));
    await assertBadInput(blocked, { found: /existing/ });
    rmSync(destination, { recursive: true });
    await assert.rejects(
      convert(options({ source: single, deleteSource: true, tokenizer: join(root, 'no-tokenizer') })),
    );
    assert.ok(!existsSync(join(single, 'model.safetensors')));
    const { manifest } = await goOn({ source: single, deleteSource: true });
    assert.equal(manifest.weights.sha256, whole.weights.sha256);
  });
});

function shardName(index: number, shards = SHARDS): string {
  const five = (number: number): string => String(number).padStart(5, '0');
  return `model-${five(index + 1)}-of-${five(shards)}.safetensors`;
}

function shardTensors(index: number, shards = SHARDS): string[] {
  const names = [...tensorShapes(config).keys()];
  const size = Math.ceil(names.length / shards);
  return names.slice(index * size, (index + 1) * size);
}

function writeConfig(folder: string, shape: typeof config): void {
  writeFileSync(join(folder, 'config.json'), JSON.stringify(huggingFaceConfig(shape)));
}

function writeShards(folder: string, shards = SHARDS): void {
  mkdirSync(folder, { recursive: true });
  writeConfig(folder, config);
  const random = seededRandom(5);
  const index: Record<string, string> = {};
  for (let at = 0; at < shards; at++) {
    const tensors = shardTensors(at, shards).map((name) => {
      const shape = tensorShapes(config).get(name) ?? [];
      const length = shape.reduce((product, size) => product * size, 1);
      index[name] = shardName(at, shards);
      return { name, shape, values: Float32Array.from({ length }, () => random() - 0.5) };
    });
    writeFileSync(join(folder, shardName(at, shards)), safetensors(tensors, 'BF16'));
  }
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: index }));
}

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

/** Files of a process that dies at its write number `last`: neither that nor anything later happens. */
function dyingAfter(last: number, onWrite: () => void): OpenFile {
  let writes = 0;
  const write = <T>(act: () => Promise<T>): Promise<T> => {
    onWrite();
    return writes++ < last ? act() : Promise.reject(new Error('died'));
  };
  return interceptingOpen((handle) => ({
    write: (...args: Parameters<FileHandle['write']>) => write(() => handle.write(...args)),
    appendFile: (...args: Parameters<FileHandle['appendFile']>) => write(() => handle.appendFile(...args)),
    truncate: (...args: Parameters<FileHandle['truncate']>) => write(() => handle.truncate(...args)),
  }));
}

/** Files of a disk that takes so many bytes of weights and no more. */
function fullAfter(bytes: number): OpenFile {
  return interceptingOpen((handle) => ({
    write: async (...args: Parameters<FileHandle['write']>) => {
      const [, , length, position] = args as unknown as [Uint8Array, number, number, number];
      if (position + length > bytes) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      return handle.write(...args);
    },
  }));
}

/** Files as on Windows, where what was opened to append to it can be made no shorter. */
const asOnWindows = interceptingOpen((_, flags) =>
  flags.startsWith('a')
    ? { truncate: () => Promise.reject(Object.assign(new Error('not permitted'), { code: 'EPERM' })) }
    : {},
);

function interceptingOpen(methods: (handle: FileHandle, flags: string) => object): OpenFile {
  return async (path, flags) => {
    const handle = await open(path, flags);
    const replaced = methods(handle, flags) as Record<string | symbol, unknown>;
    return new Proxy(handle, {
      get: (target, key) => {
        const value: unknown = replaced[key] ?? Reflect.get(target, key);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  };
}
