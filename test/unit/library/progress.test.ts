import assert from 'node:assert/strict';
import { retryAfterMs } from '../../../engine/library/hub/errors.ts';
import { ProgressMeter, type DownloadProgress } from '../../../engine/library/hub/progress.ts';

describe('library: progress', () => {
  let now: number;
  let seen: DownloadProgress[];
  let meter: ProgressMeter;
  beforeEach(() => {
    now = 0;
    seen = [];
    meter = new ProgressMeter(
      1000,
      (progress) => seen.push(progress),
      () => now,
    );
  });

  it('tells speed and time left, and does not count what was there before', () => {
    meter.update('a', 500, false);
    assert.deepEqual(seen.at(-1), {
      bytes: 500,
      total: 1000,
      bytesPerSecond: 0,
      secondsLeft: null,
      file: 'a',
    });
    now = 1000;
    meter.update('a', 600);
    assert.deepEqual(seen.at(-1), {
      bytes: 600,
      total: 1000,
      bytesPerSecond: 100,
      secondsLeft: 4,
      file: 'a',
    });
  });

  it('is told ten times a second at most, and at the end', () => {
    for (; now < 1000; now++) meter.update('a', now / 2);
    assert.ok(seen.length >= 10 && seen.length <= 12, String(seen.length));
    meter.update('a', 1000);
    assert.equal(seen.at(-1)?.bytes, 1000);
  });

  it('is the speed of the last ten seconds', () => {
    meter.update('a', 0);
    for (now = 1000; now <= 20_000; now += 1000)
      meter.update('a', now <= 10_000 ? now / 100 : 100 + (now - 10_000) / 1000);
    assert.equal(seen.at(-1)?.bytesPerSecond, 1);
  });

  it('begins again where bytes were thrown away', () => {
    meter.update('a', 800);
    now = 1000;
    meter.update('a', 0);
    now = 2000;
    meter.update('a', 50);
    assert.equal(seen.at(-1)?.bytesPerSecond, 50);
  });
});

describe('library: Retry-After', () => {
  const now = Date.parse('2025-01-01T00:00:00Z');
  for (const [value, ms] of [
    [null, undefined],
    ['5', 5000],
    ['0', 0],
    ['Wed, 01 Jan 2025 00:00:30 GMT', 30_000],
    ['Tue, 31 Dec 2024 00:00:00 GMT', 0],
    ['soon', undefined],
  ] as const) {
    it(`${String(value)} -> ${String(ms)}`, () => {
      assert.equal(retryAfterMs(value, now), ms);
    });
  }
});
