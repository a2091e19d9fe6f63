import assert from 'node:assert/strict';
import { closers, quoteAtCursor } from '../../../../../extension/completion/filters/closers.ts';
import { contextOf } from './picture.ts';

describe('closers', () => {
  it('are brackets that close nothing in the text', () => {
    assert.deepEqual(closers('a), b[1]]', 'typescript', ''), [
      { character: ')', index: 1 },
      { character: ']', index: 8 },
    ]);
  });

  it('begin with the end of the string in which the text begins', () => {
    assert.deepEqual(closers('hello")', 'typescript', '"'), [
      { character: '"', index: 5 },
      { character: ')', index: 6 },
    ]);
    const three = closers('hello""")', 'python', '"""');
    assert.equal(three.map(({ character }) => character).join(''), '""")');
  });

  it('are none in strings and comments', () => {
    assert.deepEqual(closers('")" // :)', 'typescript', ''), []);
  });

  it('know the string in which the cursor stands', () => {
    assert.equal(quoteAtCursor(contextOf('print("hello█')), '"');
    assert.equal(quoteAtCursor(contextOf("print(f'{a}█", 'python')), "'");
    assert.equal(quoteAtCursor(contextOf("// don't ( █")), '');
    assert.equal(quoteAtCursor(contextOf("fn f<'a, 'b>(x: &'static str, y: &'a str█", 'rust')), '');
  });
});
