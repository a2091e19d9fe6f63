import assert from 'node:assert/strict';
import { likeliest } from '../../../engine/decoding/index.ts';

const every = (): boolean => true;

describe('likeliest', () => {
  const logits = Float32Array.of(1, 5, 3, 5, -2, 4);

  it('gives the largest logits first, the lowest id first among equals', () => {
    assert.deepEqual(likeliest(logits, 4, every), [1, 3, 5, 2]);
    assert.deepEqual(likeliest(logits, 1, every), [1]);
  });

  it('gives what there is where fewer are allowed', () => {
    assert.deepEqual(
      likeliest(logits, 3, (id) => id === 0 || id === 4),
      [0, 4],
    );
    assert.deepEqual(
      likeliest(logits, 3, () => false),
      [],
    );
  });

  it('passes over what is no number', () => {
    assert.deepEqual(likeliest(Float32Array.of(NaN, 1, NaN, 2), 3, every), [3, 1]);
  });

  it('agrees with sorting', () => {
    const random = Float32Array.from({ length: 500 }, (_, at) => (Math.sin(at * 12.9898) * 43_758.5453) % 1);
    const sorted = [...random.keys()].sort((a, b) => (random[b] ?? 0) - (random[a] ?? 0) || a - b);
    assert.deepEqual(likeliest(random, 20, every), sorted.slice(0, 20));
  });
});
