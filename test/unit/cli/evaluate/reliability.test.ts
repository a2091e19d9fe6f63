import assert from 'node:assert/strict';
import { reliabilityOf } from '../../../../engine/cli/evaluate/reliability.ts';

describe('reliability', () => {
  it('holds the confidence of suggestions against the share that is right, in bins', () => {
    const judged = [
      ...Array.from({ length: 10 }, (_, at) => ({ confidence: 0.3, right: at < 3 })),
      { confidence: 1, right: true },
      { confidence: 0.875, right: false },
    ];
    const [low, high, ...none] = reliabilityOf(judged);
    assert.deepEqual(none, []);
    assert.deepEqual([low?.from, low?.to, low?.suggestions, low?.right_share], [0.2, 0.4, 10, 0.3]);
    assert.ok(Math.abs((low?.mean_confidence ?? 0) - 0.3) < 1e-9);
    assert.deepEqual(
      [high?.to, high?.suggestions, high?.mean_confidence, high?.right_share],
      [1, 2, 0.9375, 0.5],
    );
  });

  it('says nothing of nothing', () => {
    assert.deepEqual(reliabilityOf([]), []);
  });
});
