import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { buildPrompt, chooseFimFormat } from '../../../engine/prompt/index.ts';
import { loadTokenizer } from '../../../engine/tokenizer/index.ts';

const code = Array.from({ length: 400 }, (_, line) => `  const value${line} = compute(${line});\n`).join('');

describe('buildPrompt', () => {
  const budget = { prefixTokens: 400, suffixTokens: 200 };

  it('says where the suffix ends, where the prefix begins and ends, and where the cursor stands', async () => {
    const tokenizer = await loadTokenizer('test/fixtures/tokenizer/byte-level');
    const format = chooseFimFormat(tokenizer);
    const context = {
      prefix: '1\n2\n3\n4\n5\n  b\n  c',
      suffix: ' d\ne\n',
      prefixOffset: 0,
      path: 'x.ts',
      languageId: 'ts',
    };
    const { ids, suffixEnd, prefixStart, prefixEnd, cursor } = buildPrompt(
      context,
      budget,
      format,
      tokenizer,
    );
    assert.equal(ids[suffixEnd], tokenizer.special('<|prefix|>'));
    assert.equal(ids[prefixStart - 1], tokenizer.special('<|prefix|>'));
    assert.equal(tokenizer.decode(ids.slice(prefixStart, prefixEnd)), '1\n2\n3\n4\n');
    assert.equal(ids[prefixEnd], tokenizer.special('<|tail|>'));
    const middle = ids.indexOf(tokenizer.special('<|middle|>') ?? -1);
    assert.equal(tokenizer.decode(ids.slice(middle + 1)), '5\n  b\n  c');
    assert.equal(cursor, ids.length);
  });

  it("the recent text begins a step further up where that is asked for, and at the window's start at most", async () => {
    const tokenizer = await loadTokenizer('test/fixtures/tokenizer/byte-level');
    const format = chooseFimFormat(tokenizer);
    const at = (lines: number, recentSteps: number) => {
      const prefix = Array.from({ length: lines }, (_, line) => `${line}\n`).join('');
      const context = { prefix, suffix: '', prefixOffset: 0, path: '', languageId: '' };
      const prompt = buildPrompt(context, { ...budget, recentSteps }, format, tokenizer);
      const middle = prompt.ids.indexOf(tokenizer.special('<|middle|>') ?? -1);
      return [tokenizer.decode(prompt.ids.slice(middle + 1)).split('\n')[0], prompt.recentSteps];
    };
    assert.deepEqual(at(9, 0), ['4', 0]);
    assert.deepEqual(at(10, 0), ['8', 0]);
    assert.deepEqual(at(10, 1), ['4', 1]);
    assert.deepEqual(at(10, 3), ['0', 2]);
    assert.deepEqual(at(1, 1), ['0', 0]);
  });

  it('keeps all but the last few tokens while a line is typed', async () => {
    const tokenizer = await loadTokenizer('test/fixtures/tokenizer/byte-level');
    const format = chooseFimFormat(tokenizer);
    const typed = '  const answer = await compute(value42, "text");';
    let before: number[] = [];
    let far = 0;
    for (let length = 0; length <= typed.length; length++) {
      const context = {
        prefix: code + typed.slice(0, length),
        suffix: `\n${code}`,
        prefixOffset: 0,
        path: 'x.ts',
        languageId: 'typescript',
      };
      const { ids } = buildPrompt(context, budget, format, tokenizer);
      let common = 0;
      while (common < before.length && before[common] === ids[common]) common++;
      // The marker at the end always goes; a merge may take a few tokens before it.
      if (length > 0 && before.length - common > 8) far++;
      before = ids;
    }
    assert.ok(far <= 1, `${far} of ${typed.length} keystrokes lost more than 8 tokens`);
  });

  it('keeps the suffix while lines are inserted before it', async () => {
    const tokenizer = await loadTokenizer('test/fixtures/tokenizer/byte-level');
    const format = chooseFimFormat(tokenizer);
    const at = (prefix: string) => {
      const { ids, suffixEnd } = buildPrompt(
        { prefix, suffix: `)\n${code}`, prefixOffset: 0, path: '', languageId: '' },
        budget,
        format,
        tokenizer,
      );
      return ids.slice(0, suffixEnd);
    };
    assert.deepEqual(at(code + 'foo(a,\n  b'), at(code + 'foo('));
  });
});
