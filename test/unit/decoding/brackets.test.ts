import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { scanBrackets } from '../../../engine/decoding/brackets.ts';

/** Text, what it owes, and what it ends in; in TypeScript unless said otherwise. */
const cases: [text: string, owed: string, inside?: string, language?: string][] = [
  ['foo(bar[{', '}])'.split('').reverse().join('')],
  ['f(a, [b], {c})', ''],
  ['"(" + \'[\' + `{`', ''],
  ['"\\"("', ''],
  ['// (', '', '\n'],
  ['a // (\n(', ')'],
  ['/* ( */ [', ']'],
  ['/* (', '', '*/'],
  ['"(', '', '"'],
  ['"(\n(', ')'],
  ['`(\n', '', '`'],
  ["it's (", ')'],
  ['this.#items(', ')'],
  ['# (', '', '\n', 'python'],
  ['"""(\n', '', '"""', 'python'],
  ['"""(""" (', ')', '', 'python'],
  ["f'{x}(' (", ')', '', 'python'],
  ['a // b (', ')', '', 'python'],
  ["fn f<'a>(x: &'a str) {", '}', '', 'rust'],
  ["let c = '(';", '', '', 'rust'],
  ["let c = '\\'';(", ')', '', 'rust'],
  ["int n = 1'000; (", ')', '', 'cpp'],
  ['#include <a.h> (', ')', '', 'c'],
  ["<p>don't (", ')', '', 'html'],
  ['<!-- ( --> {', '}', '', 'html'],
  ['url(https://a.b/c)', '', '', 'css'],
];

describe('scanBrackets', () => {
  for (const [text, owed, inside = '', language = 'typescript'] of cases) {
    it(`${JSON.stringify(text)} (${language})`, () => {
      const scan = scanBrackets(text, language);
      assert.deepEqual([scan.owed, scan.inside], [owed, inside]);
    });
  }

  it('finds the first bracket that closes nothing', () => {
    assert.equal(scanBrackets('(a)) + b]').unmatched, 3);
    assert.equal(scanBrackets('(a))', '', { owed: ')', inside: '' }).unmatched, -1);
    assert.equal(scanBrackets('a)', '', { owed: '}', inside: '' }).unmatched, 1);
  });

  it('finds the end of the string in which it began', () => {
    assert.equal(scanBrackets("a\\'b', '", 'typescript', { owed: '', inside: "'" }).quoteEnd, 4);
    assert.equal(scanBrackets("'a'", 'typescript').quoteEnd, -1);
  });
});
