import assert from 'node:assert/strict';
import { brackets } from '../../../../../extension/completion/filters/brackets.ts';

describe('brackets', () => {
  it('finds what is open, outermost first', () => {
    assert.deepEqual(brackets('f({ a: [1], b: (').open, ['(', '{', '(']);
  });

  it('finds what it closes without having opened it', () => {
    assert.deepEqual(brackets('a), b]').closers, [
      { character: ')', index: 1 },
      { character: ']', index: 5 },
    ]);
  });

  it('leaves brackets in strings alone', () => {
    assert.deepEqual(brackets('f("(", \'[\', `{\n`)'), { open: [], closers: [], quote: undefined });
  });

  it('reports the end of a string that the text starts in', () => {
    assert.deepEqual(brackets('hello")', '"').closers, [
      { character: '"', index: 5 },
      { character: ')', index: 6 },
    ]);
  });

  it('reports the string that is still open', () => {
    assert.equal(brackets('print("hello').quote, '"');
    assert.equal(brackets("print(f'{a}").quote, "'");
  });

  it('ends a string at the end of its line', () => {
    assert.deepEqual(brackets('"oops\n(').open, ['(']);
  });

  it('takes an apostrophe and a lifetime for what they are', () => {
    assert.deepEqual(brackets("don't (").open, ['(']);
    assert.deepEqual(brackets("fn f<'a, 'b>(x: &'static str, y: &'a str").open, ['(']);
  });
});
