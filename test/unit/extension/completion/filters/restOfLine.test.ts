import assert from 'node:assert/strict';
import { restOfLine } from '../../../../../extension/completion/filters/restOfLine.ts';
import { after } from './picture.ts';

describe('the filter restOfLine', () => {
  it('replaces a bracket that it closes itself', () => {
    assert.equal(after('foo(█)', 'a, b)', restOfLine), 'foo(a, b)█');
  });

  it('leaves the bracket to whom it belongs', () => {
    assert.equal(after('foo(█)', 'bar(x)', restOfLine), 'foo(bar(x)█)');
  });

  it('closes one of two', () => {
    assert.equal(after('foo(bar(█))', 'x)', restOfLine), 'foo(bar(x)█)');
  });

  it('closes both', () => {
    assert.equal(after('foo(bar(█))', 'x))', restOfLine), 'foo(bar(x))█');
  });

  it('closes more than there are', () => {
    assert.equal(after('if (foo(█)', 'a)) {', restOfLine), 'if (foo(a)) {█');
  });

  it('takes the semicolon after the bracket', () => {
    assert.equal(after('foo(█);', 'a);', restOfLine), 'foo(a);█');
  });

  it('does not end the line twice', () => {
    assert.equal(after('foo(█);', 'bar(x);', restOfLine), 'foo(bar(x)█);');
  });

  it('keeps the semicolon of a body', () => {
    assert.equal(after('f = () => {█};', ' a();', restOfLine), 'f = () => { a();█};');
  });

  it('goes on after the bracket and keeps the rest', () => {
    assert.equal(after('foo(█);', 'a).then(b)', restOfLine), 'foo(a).then(b)█;');
  });

  it('replaces a closing quote', () => {
    assert.equal(after('s = "█"', 'hello"', restOfLine), 's = "hello"█');
  });

  it('replaces a quote and a bracket', () => {
    assert.equal(after('print("█")', 'hello")', restOfLine), 'print("hello")█');
  });

  it('sees an escaped quote', () => {
    assert.equal(after("s = '█'", "it\\'s'", restOfLine), "s = 'it\\'s'█");
  });

  it('keeps the quote of a string that it does not end', () => {
    assert.equal(after('s = "█"', 'hello', restOfLine), 's = "hello█"');
  });

  it('ends before brackets inside strings', () => {
    assert.equal(after('foo(█)', '")"', restOfLine), 'foo(")"█)');
  });

  it('replaces a rest that it says word for word', () => {
    assert.equal(after('foo(█, b);', 'a, b);', restOfLine), 'foo(a, b);█');
  });

  it('sees spaces inside brackets', () => {
    assert.equal(after('foo( █ )', 'a )', restOfLine), 'foo( a )█');
  });

  it('replaces nothing at the end of a line', () => {
    assert.equal(after('foo(█', 'a)', restOfLine), 'foo(a)█');
  });
});
