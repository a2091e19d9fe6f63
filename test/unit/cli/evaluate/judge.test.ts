import assert from 'node:assert/strict';
import { judge } from '../../../../engine/cli/evaluate/trace.ts';

describe('judge', () => {
  for (const { name, text, typed, right, whole } of [
    { name: 'all that was written', text: 'value;', typed: 'value;', right: true, whole: true },
    { name: 'its beginning, to a word’s end', text: 'value', typed: 'value + 1;', right: true, whole: false },
    { name: 'the beginning of a word', text: 'val', typed: 'value', right: false, whole: false },
    { name: 'something else', text: 'other', typed: 'value', right: false, whole: false },
    { name: 'the first line of several', text: 'a(\n  b,', typed: 'a(', right: true, whole: true },
    { name: 'what begins on the next line', text: '\n  b', typed: '', right: false, whole: false },
    { name: 'a line end where more was written', text: '\n  b', typed: 'value', right: false, whole: false },
  ]) {
    it(`${name}: ${right ? 'right' : 'wrong'}`, () => {
      const judged = judge(text, typed);
      assert.deepEqual([judged.right, judged.whole], [right, whole]);
    });
  }
});
