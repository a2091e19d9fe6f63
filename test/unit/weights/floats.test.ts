import assert from 'node:assert/strict';
import { roundToFloat16 } from '../../../engine/weights/floats.ts';
import { float16 } from './dequantize.ts';

const round = (value: number): [bits: number, value: number] => {
  const values = Float32Array.of(value);
  const bits = new Uint16Array(1);
  roundToFloat16(values, bits);
  return [bits[0] ?? NaN, values[0] ?? NaN];
};

describe('roundToFloat16', () => {
  it('keeps every finite float16', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      if ((bits & 0x7c00) === 0x7c00) continue;
      assert.deepEqual(round(float16(bits)), [bits, float16(bits)]);
    }
  });

  it('rounds to the nearer neighbour, and to the even one from the middle', () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [float16(bits), float16(bits + 1)];
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      assert.equal(round(middle)[0], even, `${middle}`);
      assert.equal(round(low + (high - low) * 0.49)[0], bits);
      assert.equal(round(-(low + (high - low) * 0.51))[0], (bits + 1) | 0x8000);
    }
  });

  for (const [value, bits] of [
    [65519, 0x7bff],
    [65520, 0x7c00],
    [3e38, 0x7c00],
    [-Infinity, 0xfc00],
    [NaN, 0x7e00],
    [1e-40, 0],
    [-1e-9, 0x8000],
  ] as const) {
    it(`${value} becomes 0x${bits.toString(16)}`, () => {
      assert.equal(round(value)[0], bits);
    });
  }
});
