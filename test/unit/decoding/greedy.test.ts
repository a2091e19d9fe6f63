import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { greedy } from '../../../engine/decoding/index.ts';

describe('greedy', () => {
  const logits = Float32Array.of(-3, 5, 2, 5, -Infinity);

  it('takes the largest, the first among equals', () => {
    assert.equal(greedy(logits), 1);
    assert.equal(greedy(Float32Array.of(-2, -1)), 1);
  });

  it('passes over what is forbidden', () => {
    assert.equal(greedy(logits, new Set([1])), 3);
    assert.equal(greedy(logits, new Set([1, 3])), 2);
    assert.equal(greedy(logits, new Set([0, 1, 2, 3])), 4);
  });

  it('passes over NaN', () => {
    assert.equal(greedy(Float32Array.of(NaN, 1, NaN)), 1);
  });

  it('throws if nothing is left', () => {
    assert.throws(() => greedy(Float32Array.of(NaN, NaN)), /among 2/);
    assert.throws(() => greedy(Float32Array.of(1), new Set([0])), /among 1/);
  });
});
