import assert from 'node:assert/strict';
import { surplusBrackets } from '../../../../../extension/completion/filters/surplusBrackets.ts';
import { after } from './picture.ts';

describe('the filter surplusBrackets', () => {
  it('cuts a bracket that closes nothing', () => {
    assert.equal(after('f(a█)', ', b))', surplusBrackets), 'f(a, b█)');
  });

  it('cuts it with its line', () => {
    assert.equal(after('f() {\n  a();█\n}', '\n}', surplusBrackets), 'f() {\n  a();█\n}');
  });

  it('cuts all after it', () => {
    assert.equal(after('[█]', '1]; foo()', surplusBrackets), '[1█]');
  });

  it('keeps brackets that it opens itself', () => {
    assert.equal(after('f(█)', 'g(h[1])', surplusBrackets), 'f(g(h[1])█)');
  });

  it('keeps what an open document needs', () => {
    assert.equal(after('f(a█', ', b)', surplusBrackets), 'f(a, b)█');
  });

  it('knows strings', () => {
    assert.equal(after('f("(", █)', 'a', surplusBrackets), 'f("(", a█)');
  });
});
