import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  choose,
  signTest,
  stillInTheRunning,
  type Candidate,
} from '../../../../engine/completion/measuring/verdict.ts';

const times = (count: number, score: number): number[] => new Array<number>(count).fill(score);
const candidate = (
  format: Candidate['format'],
  scores: readonly number[],
  keystrokeMs: number,
): Candidate => ({
  format,
  scores,
  keystrokeMs,
});

describe('signTest', () => {
  it('is the binomial tail on both sides', () => {
    assert.equal(signTest([1, 1, 1], [1, 1, 1]), 1);
    assert.equal(signTest(times(6, 2), times(6, 0)), 2 / 64);
    assert.equal(signTest([...times(7, 2), 0], [...times(7, 0), 2]), (2 * 9) / 256);
    // Places that one has not come to do not count.
    assert.equal(signTest(times(30, 2), times(6, 0)), 2 / 64);
  });
});

describe('choosing a format', () => {
  const half = [...times(10, 2), ...times(10, 0)];
  const nearlyHalf = [...times(9, 2), ...times(11, 0)];

  it('one that is clearly better, whatever it costs', () => {
    const choice = choose([candidate('mistral', times(20, 0), 3), candidate('instruct', half, 90)], false);
    assert.deepEqual(choice, { format: 'instruct', why: 'better' });
  });

  it('within the noise, the cheaper keystroke', () => {
    const candidates = [
      candidate('prefix-suffix-middle', half, 90),
      candidate('suffix-first', nearlyHalf, 9),
    ];
    assert.deepEqual(choose(candidates, false), { format: 'suffix-first', why: 'cheaper' });
  });

  it('within the noise and for the same cost, the usual one', () => {
    const candidates = [candidate('mistral', nearlyHalf, 10), candidate('continuation', half, 9)];
    assert.deepEqual(choose(candidates, false), { format: 'mistral', why: 'alike' });
  });

  it('none after a few places, or where next to nothing was right', () => {
    const none = { format: undefined, why: 'too-few' };
    const pair = (scores: readonly number[]) =>
      [candidate('mistral', scores, 1), candidate('continuation', times(scores.length, 0), 1)] as const;
    assert.deepEqual(choose(pair(times(5, 2)), false), none);
    assert.deepEqual(choose(pair([1, 1, 1, ...times(30, 0)]), false), none);
    assert.deepEqual(choose([], false), none);
  });

  it('the last one in the running after fewer places', () => {
    const last = [candidate('mistral', times(8, 2), 1)];
    assert.deepEqual(choose(last, true), { format: 'mistral', why: 'better' });
    assert.deepEqual(choose(last, false), { format: undefined, why: 'too-few' });
  });

  it('only who is clearly behind is out of the running', () => {
    const running = (places: number): string[] =>
      stillInTheRunning([
        candidate('mistral', times(places, 2), 1),
        candidate('instruct', [...times(places - 1, 2), 0], 1),
        candidate('continuation', times(places, 0), 1),
      ]).map(({ format }) => format);
    assert.deepEqual(running(7), ['mistral', 'instruct', 'continuation']);
    assert.deepEqual(running(8), ['mistral', 'instruct']);
  });
});
