import assert from 'node:assert/strict';
import { quantizeBlocks, type BlockQuantized } from '../../../engine/weights/quantize.ts';
import { seededRandom } from '../../fixtures/random-checkpoint.ts';
import { dequantize } from './dequantize.ts';

const ROWS = 5;
const COLUMNS = 96;
const BLOCK = 32;
const random = seededRandom(7);
const noise = Float32Array.from({ length: ROWS * COLUMNS }, () => 2 * random() - 1);

function stored(weights: Float32Array, bits: 4 | 8): { result: BlockQuantized; values: Float32Array } {
  const result = quantizeBlocks(weights, ROWS, COLUMNS, bits, BLOCK);
  return { result, values: dequantize(result.quants, result.scales, bits, BLOCK) };
}

describe('quantizeBlocks', () => {
  for (const bits of [4, 8] as const) {
    it(`${bits} bits: the reported error is the largest difference that reading back finds`, () => {
      const { result, values } = stored(noise, bits);
      const largest = Math.max(...noise.map((weight, at) => Math.abs(weight - (values[at] ?? NaN))));
      assert.ok(Math.abs(result.maxError - largest) < 1e-6, `${result.maxError} instead of ${largest}`);
      assert.ok(largest > 0);
    });

    it(`${bits} bits: no error beyond half a step, or a clipped fifth of the block's largest weight`, () => {
      const { values } = stored(noise, bits);
      for (let start = 0; start < noise.length; start += BLOCK) {
        const block = noise.subarray(start, start + BLOCK);
        const largest = Math.max(...block.map(Math.abs));
        const bound = bits === 8 ? (largest / 127) * 0.501 : largest * 0.2001;
        for (const [at, weight] of block.entries()) {
          const error = Math.abs(weight - (values[start + at] ?? NaN));
          assert.ok(error <= bound, `${error} beyond ${bound} at ${start + at}`);
        }
      }
    });

    it(`${bits} bits: keeps what the grid holds, bit for bit`, () => {
      const middle = 2 ** (bits - 1);
      const grid = Float32Array.from({ length: ROWS * COLUMNS }, (_, at) => ((at % 15) - 7) / 64);
      grid.forEach((_, at) => {
        if (at % BLOCK === 0) grid[at] = bits === 8 ? 127 / 64 : -middle / 64;
      });
      const { result, values } = stored(grid, bits);
      assert.deepEqual([...values], [...grid]);
      assert.equal(result.maxError, 0);
    });

    it(`${bits} bits: zeros stay zeros, beside any other block`, () => {
      const weights = noise.slice();
      weights.fill(0, BLOCK, 2 * BLOCK);
      const { values } = stored(weights, bits);
      assert.deepEqual([...values.subarray(BLOCK, 2 * BLOCK)], new Array<number>(BLOCK).fill(0));
      assert.notEqual(values[0], 0);
    });

    for (const [what, size] of [
      ['the largest', 3.4e38],
      ['the smallest normal', 1.2e-38],
      ['the smallest of all', 1.4e-45],
    ] as const) {
      it(`${bits} bits: ${what} numbers give finite scales and an error no larger than themselves`, () => {
        const weights = noise.map((value) => value * size);
        const { result, values } = stored(weights, bits);
        assert.ok(result.scales.every(Number.isFinite), 'scales');
        assert.ok(values.every(Number.isFinite), 'values');
        assert.ok(result.maxError <= Math.fround(size), `${result.maxError}`);
      });
    }
  }

  it('4 bits: the even element stands in the low half of a byte', () => {
    const { quants, scales } = quantizeBlocks(Float32Array.of(-8, 7, 0, -1), 1, 4, 4, 4);
    assert.deepEqual([...scales], [1]);
    assert.deepEqual([...quants], [0xf0, 0x78]);
  });
});
