import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { FIM_FORMATS, SuffixBudget, type FimFormatName } from '../../../engine/prompt/index.ts';

function budgetOf(name: FimFormatName): SuffixBudget {
  const layout = FIM_FORMATS.find((format) => format.name === name);
  assert.ok(layout !== undefined);
  return new SuffixBudget(layout);
}

describe('SuffixBudget', () => {
  it('leaves a suffix that stands before the prefix to the setting', () => {
    for (const name of ['mamba-complete', 'mistral', 'suffix-prefix-middle', 'instruct'] as const)
      assert.equal(budgetOf(name).tokens(500, 50), 500);
  });

  for (const [msPerToken, tokens] of [
    [undefined, 192],
    [0.05, 500],
    [0.3, 192],
    [1, 48],
    [20, 48],
  ] as const) {
    it(`a suffix behind the prefix at ${msPerToken ?? 'unknown'} ms a token: ${tokens} tokens`, () => {
      assert.equal(budgetOf('prefix-suffix-middle').tokens(500, msPerToken), tokens);
    });
  }

  it('never is over the setting', () => {
    for (const speed of [undefined, 0.01, 20])
      assert.equal(budgetOf('prefix-suffix-middle').tokens(20, speed), 20);
  });

  it('keeps its size while the speed varies by half, and follows where it has changed', () => {
    const budget = budgetOf('prefix-suffix-middle');
    assert.equal(budget.tokens(4000, 0.3), 192);
    for (const speed of [0.45, 0.2, 0.6, 0.3, 0.19, 0.7]) assert.equal(budget.tokens(4000, speed), 192);
    assert.equal(budget.tokens(4000, 0.8), 96);
    assert.equal(budget.tokens(4000, 0.5), 96);
    assert.equal(budget.tokens(4000, 0.1), 384);
  });
});
