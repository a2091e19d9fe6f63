import assert from 'node:assert/strict';
import { Writer } from '../../../engine/completion/writer.ts';
import { ForcedStart, StopRule, type TextLines } from '../../../engine/decoding/index.ts';
import { loadTokenizer, type Tokenizer } from '../../../engine/tokenizer/index.ts';

describe('Writer, whose time for a suggestion is used up', () => {
  let tokenizer: Tokenizer;
  before(async () => {
    tokenizer = await loadTokenizer('test/fixtures/tokenizer/byte-level');
  });

  /** What becomes of a text of which each character takes so many milliseconds, with 1000 ms for it. */
  const written = (text: string, msEach: number, lines: TextLines = 'multiple'): [string, string] => {
    const rule = new StopRule({
      prefix: 'function f() {\n',
      suffix: '\n}\n',
      languageId: 'typescript',
      lines,
    });
    const vocabulary = { forbidden: new Set<number>(), endIds: [] };
    const writer = new Writer(vocabulary, new ForcedStart(tokenizer, ''), rule, 500);
    let now = 0;
    for (const character of text) {
      if (writer.stop !== undefined) break;
      for (const id of tokenizer.encode(character, { dummyPrefix: false })) writer.push(id);
      now += msEach;
      writer.endInTime(now / 1000);
    }
    return [writer.text, writer.stop ?? 'goes on'];
  };

  for (const [how, text, ms, expected] of [
    [
      'in time it goes on',
      '  let total = 1;\n  return total;',
      10,
      ['  let total = 1;\n  return total;', 'goes on'],
    ],
    ['ends after its last whole line', '  let total = 1;\n  return total;', 40, ['  let total = 1;', 'time']],
    [
      'a first line that is nearly done is finished',
      '  let total = 1;\n  return',
      70,
      ['  let total = 1;', 'time'],
    ],
    [
      'a first line that is long ends after a word',
      '  let total = one + two * three;',
      100,
      ['  let total = one', 'time'],
    ],
    ['a word that is long is dropped', '  let aTotalThatIsVeryLong = 1;', 100, ['  let', 'time']],
    ['but not if nothing else is there', 'aTotalThatIsVeryLong = 1;', 150, ['aTotalThatIsVe', 'time']],
  ] as const) {
    it(how, () => {
      assert.deepEqual(written(text, ms), expected);
    });
  }

  it('says why it has ended, where it ends by a rule at the same time', () => {
    assert.deepEqual(written('  a();\n  b();', 200, 'single'), ['  a();', 'line']);
  });
});
