import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openCheckpoint } from '../../../engine/weights/checkpoint.ts';
import { readTensor } from '../../fixtures/read-tensor.ts';
import { convert, type ConvertOptions } from '../../../engine/weights/convert.ts';
import { STRIP_WEIGHTS } from '../../../engine/weights/encode-tensor.ts';
import { hashFile, openPackage } from '../../../engine/weights/package.ts';
import { tensorShapes } from '../../../engine/weights/model-config.ts';
import { assertBadInput } from '../../fixtures/bad-input.ts';
import { seededRandom } from '../../../engine/seeded-random.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { safetensors } from '../../fixtures/safetensors.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { storedValues } from './dequantize.ts';

describe('convert', () => {
  const root = temporaryFolder();
  const config = randomConfig();
  let source = '';
  let destination = '';
  let count = 0;
  beforeEach(() => {
    source = join(root, `checkpoint-${count}`);
    destination = join(root, `package-${count++}`);
    writeRandomCheckpoint(source, config);
  });
  const options = (bits: 4 | 8 | 32): ConvertOptions => ({ source, destination, bits, block: 32 });
  const nothingLeft = (): void => {
    const left = readdirSync(root).filter((name) => name.startsWith(`package-${count - 1}`));
    assert.deepEqual(left, []);
    assert.deepEqual(openFilesUnder(root), []);
  };

  for (const bits of [4, 8] as const) {
    it(`${bits} bits: the manifest's errors are those that reading the package back finds`, async () => {
      const manifest = await convert(options(bits));
      const checkpoint = await openCheckpoint(source);
      const bytes = readFileSync(join(destination, 'weights.bin'));
      let matrices = 0;
      for (const [name, location] of checkpoint.tensors) {
        const weights = readTensor(location);
        const tensor = manifest.tensors[name];
        assert.ok(tensor);
        const values = storedValues(bytes, tensor);
        if (tensor.encoding === 'float32') {
          assert.deepEqual(values, weights, name);
          assert.notEqual(tensor.shape.length, 2, name);
          continue;
        }
        matrices++;
        assert.equal(tensor.bits, name.includes('_proj') ? bits : 8, name);
        assert.equal(tensor.zeroPointsOffset === undefined, tensor.bits === 8, name);
        const errors = weights.map((weight, at) => weight - (values[at] ?? NaN));
        const largest = Math.max(...errors.map(Math.abs));
        assert.ok(Math.abs(largest - tensor.maxError) < 1e-7, `${name}: ${largest} ≠ ${tensor.maxError}`);
        assertClose(meanSquare(errors), tensor.meanSquaredError, name);
        assertClose(meanSquare(errors) / meanSquare(weights), tensor.relativeError, name);
      }
      assert.equal(matrices, 2 * config.layers + 1);
      assert.deepEqual((await openPackage(destination)).manifest, manifest);
    });
  }

  it('32 bits: every weight as it was', async () => {
    const manifest = await convert(options(32));
    const bytes = readFileSync(join(destination, 'weights.bin'));
    let parameters = 0;
    for (const [name, location] of (await openCheckpoint(source)).tensors) {
      const weights = readTensor(location);
      const tensor = manifest.tensors[name];
      assert.ok(tensor?.encoding === 'float32', name);
      assert.equal(tensor.offset % 64, 0, name);
      assert.deepEqual(storedValues(bytes, tensor), weights, name);
      parameters += weights.length;
    }
    assert.equal(manifest.parameters, parameters);
  });

  it('refuses a destination that exists, and leaves it alone', async () => {
    mkdirSync(destination);
    writeFileSync(join(destination, 'mine.txt'), 'mine');
    await assertBadInput(convert(options(8)), { source: destination, found: /existing/ });
    assert.deepEqual(readdirSync(destination), ['mine.txt']);
  });

  it('leaves nothing behind when a tensor cannot be read, and closes its file', async () => {
    const weights = join(source, 'model.safetensors');
    const { size } = statSync(weights);
    const spoilt = convert({
      ...options(8),
      onProgress: (done) => {
        if (done > 0) truncateSync(weights, size / 2);
      },
    });
    await assertBadInput(spoilt, { source: weights, found: /bytes/ });
    nothingLeft();
  });

  for (const bad of [NaN, Infinity, -Infinity]) {
    for (const [bits, name] of [
      [4, 'backbone.layers.1.mixer.out_proj.weight'],
      [32, 'backbone.layers.0.mixer.dt_bias'],
    ] as const) {
      it(`${bits} bits: refuses ${bad} in ${name}`, async () => {
        const tensors = [...tensorShapes(config)].map(([tensor, shape]) => {
          const values = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.1);
          if (tensor === name) values[2] = bad;
          return { name: tensor, shape, values };
        });
        writeFileSync(join(source, 'model.safetensors'), safetensors(tensors));
        await assertBadInput(convert(options(bits)), {
          source: join(source, 'model.safetensors'),
          field: name,
          found: `${bad} at element 2`,
        });
        nothingLeft();
      });
    }
  }

  it('puts a tokenizer beside the weights only if it is given one', async () => {
    const tokenizer = join(source, 'some.model.v3');
    writeFileSync(tokenizer, 'this is a tokenizer');
    assert.equal((await convert(options(32))).tokenizer, null);
    rmSync(destination, { recursive: true });
    const manifest = await convert({ ...options(32), tokenizer });
    const path = join(destination, 'some.model.v3');
    assert.equal(readFileSync(path, 'utf8'), 'this is a tokenizer');
    assert.deepEqual(manifest.tokenizer, {
      file: 'some.model.v3',
      bytes: statSync(path).size,
      sha256: await hashFile(path),
    });
  });

  it('tells how many bytes of the source it has read', async () => {
    const steps: number[] = [];
    const totals = new Set<number>();
    await convert({
      ...options(8),
      onProgress: (done, total, bytesPerSecond) => {
        assert.equal(bytesPerSecond > 0, done > 0);
        steps.push(done);
        totals.add(total);
      },
    });
    const elements = [...tensorShapes(config).values()].map((shape) => shape.reduce((a, b) => a * b, 1));
    const bytes = 2 * elements.reduce((sum, size) => sum + size, 0);
    assert.deepEqual([...totals], [bytes]);
    assert.deepEqual([steps[0], steps.at(-1)], [0, bytes]);
    assert.deepEqual(
      steps,
      [...new Set(steps)].sort((a, b) => a - b),
    );
  });

  it('a matrix larger than a strip: reads no more than one at once, and loses nothing between them', async () => {
    const large = randomConfig({ vocabularySize: 50_021, hiddenSize: 96, heads: 6, tiedHead: false });
    writeRandomCheckpoint(source, large);
    let before = 0;
    let most = 0;
    const onProgress = (done: number): void => {
      most = Math.max(most, done - before);
      before = done;
    };
    const manifest = await convert({ ...options(4), onProgress });
    assert.equal(most, 2 * STRIP_WEIGHTS);
    const bytes = readFileSync(join(destination, 'weights.bin'));
    for (const name of ['backbone.embeddings.weight', 'lm_head.weight']) {
      const location = (await openCheckpoint(source)).tensors.get(name);
      const tensor = manifest.tensors[name];
      assert.ok(location && tensor?.encoding === 'blocks');
      assert.equal(tensor.bits, name.startsWith('lm') ? 8 : 4);
      const weights = readTensor(location);
      const values = storedValues(bytes, tensor);
      const errors = weights.map((weight, at) => weight - (values[at] ?? NaN));
      assert.ok(weights.length > 2 * STRIP_WEIGHTS);
      assertClose(meanSquare(errors), tensor.meanSquaredError, name);
      assert.ok((tensor.relativeError ?? NaN) < 0.01);
    }
  });

  it('names the source by its hash, which it is told or finds on the way', async () => {
    const hash = await hashFile(join(source, 'model.safetensors'));
    const { size } = statSync(join(source, 'model.safetensors'));
    const file = { file: 'model.safetensors', bytes: size };
    assert.deepEqual((await convert(options(8))).source, [{ ...file, sha256: hash }]);
    rmSync(destination, { recursive: true });
    const told = await convert({ ...options(8), sourceHashes: { 'model.safetensors': 'told' } });
    assert.deepEqual(told.source, [{ ...file, sha256: 'told' }]);
  });

  for (const type of ['F16', 'F32'] as const) {
    it(`reads ${type}`, async () => {
      const tensors = [...tensorShapes(config)].map(([name, shape], index) => {
        const length = shape.reduce((product, size) => product * size, 1);
        return { name, shape, values: Float32Array.from({ length }, (_, at) => ((at + index) % 61) / 64) };
      });
      writeFileSync(join(source, 'model.safetensors'), safetensors(tensors, type));
      const manifest = await convert(options(32));
      const bytes = readFileSync(join(destination, 'weights.bin'));
      for (const { name, values } of tensors) {
        const tensor = manifest.tensors[name];
        assert.ok(tensor);
        assert.deepEqual(storedValues(bytes, tensor), values, name);
      }
    });
  }

  for (const [what, size, type] of [
    ['ordinary', 1, 'float16'],
    ['tiny', 1e-6, undefined],
    ['huge', 1e10, undefined],
  ] as const) {
    it(`scales of ${what} weights are stored as ${type ?? 'float32'}`, async () => {
      const random = seededRandom(3);
      const tensors = [...tensorShapes(config)].map(([name, shape]) => {
        const length = shape.reduce((product, side) => product * side, 1);
        return { name, shape, values: Float32Array.from({ length }, () => size * (random() - 0.5)) };
      });
      writeFileSync(join(source, 'model.safetensors'), safetensors(tensors));
      const manifest = await convert(options(4));
      const bytes = readFileSync(join(destination, 'weights.bin'));
      assert.equal(bytes.length, manifest.weights.bytes);
      await openPackage(destination);
      for (const { name, shape, values } of tensors) {
        const tensor = manifest.tensors[name];
        assert.ok(tensor);
        if (tensor.encoding === 'float32') continue;
        assert.equal(tensor.scales, type, name);
        const read = storedValues(bytes, tensor);
        const error = meanSquare(values.map((value, at) => value - (read[at] ?? NaN))) / meanSquare(values);
        assert.ok(error < 0.01, `${name} ${JSON.stringify(shape)}: ${error}`);
      }
    });
  }

  it('refuses a folder that is no checkpoint', async () => {
    rmSync(join(source, 'config.json'));
    await assertBadInput(convert(options(8)), {
      source: join(source, 'config.json'),
      found: 'no such file',
    });
    nothingLeft();
  });
});

function meanSquare(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}

function assertClose(expected: number, found: number | undefined, what: string): void {
  assert.ok(Math.abs((found ?? NaN) / expected - 1) < 1e-3, `${what}: ${found} instead of ${expected}`);
}

/** Files under a folder that this process holds open; only Linux tells. */
function openFilesUnder(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const path = readlinkSync(join('/proc/self/fd', descriptor));
      return path.startsWith(folder) ? [path] : [];
    } catch {
      // The descriptor of this very listing.
      return [];
    }
  });
}
