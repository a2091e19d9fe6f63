import assert from 'node:assert/strict';
import { availableMemory, defaultStateBytes, defaultThreads, totalMemory } from '../../engine/resources.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

describe('the memory of this machine', () => {
  for (const [what, free, limit, own, available, total] of [
    ['all of it, without a limit', 5, 0, 1, 5, 32],
    ['all of it, under a limit that is none', 5, 2 ** 33, 1, 5, 32],
    ["a container's", 20, 8, 1, 7, 8],
    ["none of a container's that is full", 20, 8, 9, 0, 8],
  ] as const) {
    it(what, () => {
      const memory = { total: 32 * GIB, free: free * GIB, limit: limit * GIB, own: own * GIB };
      assert.equal(availableMemory(memory), available * GIB);
      assert.equal(totalMemory(memory), total * GIB);
    });
  }

  it('is there', () => {
    assert.ok(availableMemory() > 0 && totalMemory() >= availableMemory());
  });
});

describe('defaultStateBytes', () => {
  for (const [what, state, machine, expected] of [
    ['twelve states', 100, 64, 1200],
    ['a sixteenth of a small machine', 264, 8, 512],
    ['48 MiB at least', 1, 8, 48],
  ] as const) {
    it(what, () => {
      assert.equal(defaultStateBytes(state * MIB, machine * GIB), expected * MIB);
    });
  }
});

describe('defaultThreads', () => {
  for (const [parallelism, threads] of [
    [1, 1],
    [2, 2],
    [4, 2],
    [8, 4],
    [16, 8],
    [128, 8],
  ] as const) {
    it(`${threads} of ${parallelism}`, () => {
      assert.equal(defaultThreads(parallelism), threads);
    });
  }
});
