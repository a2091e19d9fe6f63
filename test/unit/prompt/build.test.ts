import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { buildPrompt, chooseFimFormat } from '../../../engine/prompt/index.ts';
import { loadTokenizer } from '../../../engine/tokenizer/index.ts';

const code = Array.from({ length: 400 }, (_, line) => `  const value${line} = compute(${line});\n`).join('');

describe('buildPrompt', () => {
  const budget = { prefixTokens: 400, suffixTokens: 200 };

  it('says where the suffix ends, where the prefix begins and ends, and where its lines begin', async () => {
    const tokenizer = await loadTokenizer('test/fixtures/tokenizer/byte-level');
    const format = chooseFimFormat(tokenizer);
    const context = {
      prefix: 'a\n\n  b\n  c',
      suffix: ' d\ne\n',
      prefixOffset: 0,
      path: 'x.ts',
      languageId: 'ts',
    };
    const { ids, suffixEnd, prefixStart, prefixEnd, lineStarts } = buildPrompt(
      context,
      budget,
      format,
      tokenizer,
    );
    assert.equal(ids[suffixEnd], tokenizer.special('<|prefix|>'));
    assert.equal(ids[prefixStart - 1], tokenizer.special('<|prefix|>'));
    assert.equal(ids[prefixEnd], tokenizer.special('<|tail|>'));
    assert.equal(tokenizer.decode(ids.slice(prefixStart, prefixEnd)), context.prefix);
    const lines = lineStarts.map((at) => tokenizer.decode(ids.slice(at, prefixEnd)));
    assert.deepEqual(lines, ['  b\n  c', '  c']);
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
