import assert from 'node:assert/strict';
import { ChunkSizer } from '../../../engine/runtime/chunk-sizer.ts';

const TARGET_MS = 25;

/** A sizer that has seen a machine of this speed for long. */
function trained(millisecondsPerToken: number): ChunkSizer {
  const sizer = new ChunkSizer(TARGET_MS);
  for (let run = 0; run < 50; run++) {
    const tokens = Math.max(16, sizer.next(1e6));
    sizer.record(tokens, tokens * millisecondsPerToken);
  }
  return sizer;
}

describe('ChunkSizer', () => {
  it('begins with 16 tokens', () => {
    assert.equal(new ChunkSizer(TARGET_MS).next(1000), 16);
  });

  it('never gives more than what remains', () => {
    assert.equal(new ChunkSizer(TARGET_MS).next(3), 3);
    assert.equal(trained(0.01).next(200), 200);
  });

  for (const [millisecondsPerToken, size] of [
    [0.01, 256],
    [0.09, 256],
    [0.3, 64],
    [1, 16],
    [3, 16],
    [100, 16],
  ] as const) {
    it(`${millisecondsPerToken} ms a token: chunks of ${size}`, () => {
      assert.equal(trained(millisecondsPerToken).next(1000), size);
    });
  }

  it('follows a machine that becomes slow, and one that becomes fast again', () => {
    const sizer = trained(0.05);
    for (let run = 0; run < 20; run++) sizer.record(64, 64 * 2);
    assert.equal(sizer.next(1000), 16);
    for (let run = 0; run < 20; run++) sizer.record(64, 64 * 0.05);
    assert.equal(sizer.next(1000), 256);
  });

  it('a stall changes nothing, and chunks that are small for a load of some time become large again', () => {
    const sizer = trained(0.1);
    sizer.record(128, 60_000);
    assert.equal(sizer.next(1000), 128);
    for (let run = 0; run < 9; run++) sizer.record(128, 60_000);
    assert.equal(sizer.next(1000), 16);
    for (let run = 0; run < 60; run++) {
      const tokens = sizer.next(1000);
      sizer.record(tokens, tokens * 0.1);
    }
    assert.equal(sizer.next(1000), 128);
  });

  it('one slow chunk does not make all the next ones small', () => {
    const sizer = trained(0.1);
    sizer.record(128, 128 * 0.3);
    assert.ok(sizer.next(1000) >= 128);
  });

  it('learns nothing from short chunks', () => {
    const sizer = trained(0.1);
    const before = sizer.next(1000);
    for (let run = 0; run < 20; run++) sizer.record(7, 7 * 100);
    assert.equal(sizer.next(1000), before);
  });
});
