import assert from 'node:assert/strict';
import { BlockQuantizer, type BlockFormat } from '../../../engine/weights/quantize.ts';
import { seededRandom } from '../../../engine/seeded-random.ts';
import { dequantize, float16 } from './dequantize.ts';

/** Not a multiple of the four blocks that are searched together. */
const BLOCKS = 15;
const random = seededRandom(7);
const uniform = (): number => 2 * random() - 1;
/** Sum of uniforms, and their quotient: light and heavy tails. */
const gaussian = (): number => (uniform() + uniform() + uniform() + uniform()) / 2;
const heavy = (): number => gaussian() / (0.05 + Math.abs(uniform()));

function weights(block: number, draw: () => number = uniform): Float32Array {
  return Float32Array.from({ length: BLOCKS * block }, draw);
}

function stored(values: Float32Array, format: BlockFormat): { scales: Float32Array; values: Float32Array } {
  const quantizer = new BlockQuantizer(values.length);
  quantizer.weights.set(values);
  const { quants, scales, zeroPoints } = quantizer.quantize(values.length, format);
  return {
    scales: scales.slice(),
    values: dequantize(quants, scales, format.bits, format.block, zeroPoints),
  };
}

function squaredError(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + (value - (b[at] ?? NaN)) ** 2, 0);
}

/** The smallest squared error that 4 bits leave of a block: every zero point, and scales a hundredth apart. */
function bruteForce(block: Float32Array): number {
  const low = Math.min(0, ...block);
  const high = Math.max(0, ...block);
  let best = block.reduce((sum, value) => sum + value ** 2, 0);
  for (let share = 0.4; share < 1.2; share += 0.01) {
    const scale = ((high - low) / 15) * share;
    for (let zero = 0; zero < 16; zero++) {
      let error = 0;
      for (const value of block) {
        const quant = Math.min(15, Math.max(0, Math.round(value / scale + zero)));
        error += (value - (quant - zero) * scale) ** 2;
      }
      best = Math.min(best, error);
    }
  }
  return best;
}

describe('BlockQuantizer', () => {
  for (const block of [32, 64, 128, 256]) {
    for (const bits of [4, 8] as const) {
      it(`${bits} bits in blocks of ${block}: reports the errors that reading back finds, and forgets them`, () => {
        const values = weights(block);
        const quantizer = new BlockQuantizer(values.length);
        const format: BlockFormat = { bits, block, scales: 'float32' };
        // What another strip has left in the memory beyond these weights must not matter.
        quantizer.weights.fill(1e6);
        quantizer.quantize(values.length, format);
        quantizer.takeError();
        quantizer.weights.set(values);
        const { quants, scales, zeroPoints } = quantizer.quantize(values.length, format);
        const read = dequantize(quants, scales, bits, block, zeroPoints);
        const error = quantizer.takeError();
        const largest = Math.max(...values.map((value, at) => Math.abs(value - (read[at] ?? NaN))));
        const sum = squaredError(values, read);
        const squares = values.reduce((total, value) => total + value * value, 0);
        assert.ok(Math.abs(error.max - largest) < 1e-6, `${error.max} instead of ${largest}`);
        assert.ok(Math.abs(error.squaredErrors / sum - 1) < 1e-4, `${error.squaredErrors} instead of ${sum}`);
        assert.ok(Math.abs(error.squaredWeights / squares - 1) < 1e-5);
        assert.ok(largest > 0);
        assert.deepEqual(quantizer.takeError(), { max: 0, squaredErrors: 0, squaredWeights: 0 });
      });
    }
  }

  for (const [name, draw] of Object.entries({ uniform, gaussian, heavy })) {
    for (const block of [32, 64]) {
      it(`4 bits in blocks of ${block}, ${name} weights: within 2 % of the best of all grids, no block beyond 15 %`, () => {
        const values = weights(block, draw);
        const { values: read } = stored(values, { bits: 4, block, scales: 'float32' });
        let total = 0;
        let least = 0;
        for (let at = 0; at < values.length; at += block) {
          const error = squaredError(values.subarray(at, at + block), read.subarray(at, at + block));
          const best = bruteForce(values.subarray(at, at + block));
          assert.ok(error < 1.15 * best, `block at ${at}: ${error}, where ${best} is possible`);
          total += error;
          least += best;
        }
        assert.ok(total < 1.02 * least, `${total}, where ${least} is possible`);
      });
    }
  }

  it('4 bits: weights of one sign use the whole grid', () => {
    const values = weights(32, () => 1 + random());
    const { values: read } = stored(values, { bits: 4, block: 32, scales: 'float32' });
    // Half a step of fifteen from zero to two.
    for (const [at, value] of values.entries()) assert.ok(Math.abs(value - (read[at] ?? NaN)) < 0.1, `${at}`);
  });

  it('8 bits: no error beyond half of 127 steps to the largest weight', () => {
    const values = weights(64);
    const { values: read } = stored(values, { bits: 8, block: 64, scales: 'float32' });
    for (let start = 0; start < values.length; start += 64) {
      const largest = Math.max(...values.subarray(start, start + 64).map(Math.abs));
      for (let at = start; at < start + 64; at++) {
        const error = Math.abs((values[at] ?? NaN) - (read[at] ?? NaN));
        assert.ok(error <= (largest / 127) * 0.501, `${error} at ${at}`);
      }
    }
  });

  for (const bits of [4, 8] as const) {
    it(`${bits} bits: keeps what the grid holds, bit for bit`, () => {
      const values = weights(32).map((_, at) => ((at % 16) - 7) / 64);
      if (bits === 8) values.forEach((_, at) => at % 32 === 0 && (values[at] = 127 / 64));
      assert.deepEqual(stored(values, { bits, block: 32, scales: 'float16' }).values, values);
    });

    it(`${bits} bits: zeros stay zeros, beside any other block`, () => {
      const values = weights(32);
      values.fill(0, 32, 64);
      const { values: read } = stored(values, { bits, block: 32, scales: 'float16' });
      assert.deepEqual([...read.subarray(32, 64)], new Array<number>(32).fill(0));
      assert.notEqual(read[0], 0);
    });

    for (const [what, size] of [
      ['large', 1e15],
      ['the smallest normal', 1.2e-38],
      ['the smallest of all', 1.4e-45],
    ] as const) {
      it(`${bits} bits: ${what} numbers give finite scales and an error no larger than themselves`, () => {
        const values = weights(32).map((value) => value * size);
        const { scales, values: read } = stored(values, { bits, block: 32, scales: 'float32' });
        assert.ok(scales.every(Number.isFinite), 'scales');
        for (const [at, value] of values.entries()) {
          const error = Math.abs(value - (read[at] ?? NaN));
          assert.ok(error <= Math.fround(size), `${error} at ${at}`);
        }
      });
    }

    for (const bad of [NaN, Infinity, -Infinity]) {
      it(`${bits} bits: the error tells of ${bad}`, () => {
        const quantizer = new BlockQuantizer(256);
        quantizer.weights.set(weights(32).subarray(0, 256));
        quantizer.weights[70] = bad;
        quantizer.quantize(256, { bits, block: 32, scales: 'float16' });
        assert.ok(!Number.isFinite(quantizer.takeError().squaredErrors));
      });
    }

    it(`${bits} bits: scales in float16 are what the weights were rounded to`, () => {
      const quantizer = new BlockQuantizer(480);
      quantizer.weights.set(weights(32));
      const { scales, scaleBits } = quantizer.quantize(480, { bits, block: 32, scales: 'float16' });
      assert.deepEqual([...scales], Array.from(scaleBits, float16));
    });
  }

  it('4 bits: the even element stands in the low half of a byte', () => {
    const quantizer = new BlockQuantizer(16);
    quantizer.weights.set(Array.from({ length: 16 }, (_, at) => at));
    const { quants, scales, zeroPoints } = quantizer.quantize(16, { bits: 4, block: 16, scales: 'float32' });
    assert.deepEqual([scales[0], zeroPoints[0]], [1, 0]);
    assert.deepEqual([...quants], [0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe]);
  });

  it('loads bfloat16, float16 and float32', () => {
    const quantizer = new BlockQuantizer(16);
    const values = [1, -2, 0.5, 0, 3, -0.25, 8, 100, 1.5];
    const words = new Uint16Array(new Float32Array(values).buffer).filter((_, at) => at % 2 === 1);
    quantizer.load(new Uint8Array(words.buffer), 'BF16');
    assert.deepEqual([...quantizer.weights.subarray(0, 9)], values);
    quantizer.load(new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff).buffer), 'F16');
    assert.deepEqual([...quantizer.weights.subarray(0, 4)], [1, -2, 2 ** -24, 65504]);
    quantizer.load(new Uint8Array(Float32Array.of(0.1, 7).buffer), 'F32');
    assert.deepEqual([...quantizer.weights.subarray(0, 2)], [Math.fround(0.1), 7]);
  });

  it('BF16 that is no number stays none', () => {
    const quantizer = new BlockQuantizer(16);
    quantizer.load(new Uint8Array(Uint16Array.of(0x7fc0, 0x7f80, 0xff80).buffer), 'BF16');
    assert.deepEqual([...quantizer.weights.subarray(0, 3)], [NaN, Infinity, -Infinity]);
  });
});
