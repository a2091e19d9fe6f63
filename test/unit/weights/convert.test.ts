import assert from 'node:assert/strict';
import {
  existsSync,
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
import { openCheckpoint, readTensor } from '../../../engine/weights/checkpoint.ts';
import { convert, type ConvertOptions } from '../../../engine/weights/convert.ts';
import { hashFile, openPackage } from '../../../engine/weights/package.ts';
import { tensorShapes } from '../../../engine/weights/model-config.ts';
import { assertBadInput } from '../../fixtures/bad-input.ts';
import { randomConfig, writeRandomCheckpoint } from '../../fixtures/random-checkpoint.ts';
import { safetensors } from '../../fixtures/safetensors.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { dequantize } from './dequantize.ts';

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
        const weights = await readTensor(location);
        const tensor = manifest.tensors[name];
        assert.ok(tensor);
        if (tensor.encoding === 'float32') {
          assert.deepEqual(floats(bytes, tensor.offset, weights.length), weights, name);
          assert.notEqual(tensor.shape.length, 2, name);
          continue;
        }
        matrices++;
        assert.equal(tensor.bits, name.includes('_proj') ? bits : 8, name);
        const quants = bytes.subarray(tensor.offset, tensor.offset + (weights.length * tensor.bits) / 8);
        const scales = floats(bytes, tensor.scalesOffset, weights.length / tensor.block);
        const values = dequantize(quants, scales, tensor.bits, tensor.block);
        const error = weights.reduce(
          (most, weight, at) => Math.max(most, Math.abs(weight - (values[at] ?? NaN))),
          0,
        );
        assert.ok(Math.abs(error - tensor.maxError) < 1e-7, `${name}: ${error} ≠ ${tensor.maxError}`);
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
      const weights = await readTensor(location);
      const tensor = manifest.tensors[name];
      assert.ok(tensor?.encoding === 'float32', name);
      assert.equal(tensor.offset % 64, 0, name);
      assert.deepEqual(floats(bytes, tensor.offset, weights.length), weights, name);
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

  it('replaces what an interrupted conversion left', async () => {
    mkdirSync(`${destination}.incomplete`);
    writeFileSync(join(`${destination}.incomplete`, 'weights.bin'), 'half');
    await convert(options(8));
    assert.equal(existsSync(`${destination}.incomplete`), false);
    assert.deepEqual(readdirSync(destination).sort(), ['manifest.json', 'weights.bin']);
    await openPackage(destination);
  });

  it('leaves nothing behind when a tensor cannot be read, and closes its file', async () => {
    const weights = join(source, 'model.safetensors');
    const { size } = statSync(weights);
    const spoilt = convert({
      ...options(8),
      onProgress: (done) => {
        if (done === 3) truncateSync(weights, size / 2);
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

  it('tells of each tensor before it is read', async () => {
    const steps: number[] = [];
    await convert({ ...options(8), onProgress: (done) => steps.push(done) });
    assert.deepEqual(
      steps,
      Array.from({ length: tensorShapes(config).size }, (_, at) => at),
    );
  });

  it('refuses a folder that is no checkpoint', async () => {
    rmSync(join(source, 'config.json'));
    await assertBadInput(convert(options(8)), {
      source: join(source, 'config.json'),
      found: 'no such file',
    });
    nothingLeft();
  });
});

function floats(bytes: Buffer, offset: number, length: number): Float32Array {
  return new Float32Array(new Uint8Array(bytes.subarray(offset, offset + 4 * length)).buffer);
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
