import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BadInputError } from '../../../engine/errors.ts';
import { openCheckpoint } from '../../../engine/weights/checkpoint.ts';
import { readTensor } from '../../fixtures/read-tensor.ts';
import { seededRandom } from '../../../engine/seeded-random.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';

const MUTANTS = 500;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('mutated checkpoints', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mamba-fuzz-'));
  before(() => {
    writeRandomCheckpoint(folder, randomConfig());
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const file of ['model.safetensors', 'config.json']) {
    it(`${MUTANTS} of ${file}: each loads whole or fails with an error that names a file`, async () => {
      const path = join(folder, file);
      const original = readFileSync(path);
      const random = seededRandom(file.length);
      const outcomes = { loaded: 0, refused: 0 };
      for (let mutant = 0; mutant < MUTANTS; mutant++) {
        writeFileSync(path, mutate(original, random));
        collectGarbage();
        const base = memory();
        const limit = 2 * statSync(join(folder, 'model.safetensors')).size;
        try {
          const checkpoint = await openCheckpoint(folder);
          for (const location of checkpoint.tensors.values()) {
            // What the last tensor left behind is not this one's need.
            if (location.length > 10_000) collectGarbage();
            const values = readTensor(location);
            const elements = location.shape.reduce((product, size) => product * size, 1);
            assert.equal(values.length, elements);
            assert.ok(memory() - base <= limit, `${memory() - base} bytes used for mutant ${mutant}`);
          }
          outcomes.loaded++;
        } catch (error) {
          assert.ok(error instanceof BadInputError, `mutant ${mutant}: ${String(error)}`);
          assert.ok(error.input.source.startsWith(folder), error.message);
          assert.ok(error.input.expected !== '' && error.input.found !== '' && error.input.action !== '');
          outcomes.refused++;
        }
      }
      writeFileSync(path, original);
      // A mutation that hits nothing but weights is a correct load; most of these hit the header.
      assert.ok(outcomes.loaded > 10 && outcomes.refused > 100, JSON.stringify(outcomes));
    });
  }
});

/** ArrayBuffers, where a lying size would show: the heap's garbage comes and goes. */
function memory(): number {
  return process.memoryUsage().arrayBuffers;
}

/** One to three changes of the kinds that disks, downloads and liars make. */
function mutate(original: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(original);
  const pick = (limit: number): number => Math.floor(random() * limit);
  // Three quarters of the changes go where the structure is.
  const place = (): number => pick(random() < 0.75 ? Math.min(bytes.length, 2000) : bytes.length);
  const changes = 1 + pick(3);
  for (let change = 0; change < changes && bytes.length > 8; change++) {
    const at = place();
    switch (pick(7)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8));
        break;
      case 1:
        bytes[at] = pick(256);
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(pick(64), pick(256)), bytes.subarray(at)]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + pick(64)))]);
        break;
      case 5:
        bytes.writeBigUInt64LE(BigInt(pick(2 ** 31)) << BigInt(pick(33)), 0);
        break;
      case 6:
        bytes = replaceDigits(bytes, at, random);
        break;
    }
  }
  return bytes;
}

/** Puts another number where the next one stands. */
function replaceDigits(bytes: Buffer<ArrayBuffer>, from: number, random: () => number): Buffer<ArrayBuffer> {
  const numbers = [
    '0',
    '-1',
    '1e999',
    '4294967296',
    '9007199254740993',
    '3.5',
    '18446744073709551616',
    'Infinity',
  ];
  const text = bytes.toString('latin1');
  const found = /\d+/.exec(text.slice(from));
  if (found === null) return bytes;
  const at = from + found.index;
  const number = numbers[Math.floor(random() * numbers.length)] ?? '0';
  return Buffer.from(text.slice(0, at) + number + text.slice(at + found[0].length), 'latin1');
}
