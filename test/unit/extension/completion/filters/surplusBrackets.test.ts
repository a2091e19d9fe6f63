import assert from 'node:assert/strict';
import { surplusBrackets } from '../../../../../extension/completion/filters/surplusBrackets.ts';
import { after, contextOf } from './picture.ts';

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

  it('keeps what closes one block and opens the next', () => {
    assert.equal(
      after('if (a) {\n  b();\n█}', '} else {\n  c();\n', surplusBrackets),
      'if (a) {\n  b();\n} else {\n  c();\n█}',
    );
  });

  it('cuts the end of that next block, which stands below', () => {
    assert.equal(
      after('if (a) {\n  b();\n█\n}', '} else {\n  c();\n}', surplusBrackets),
      'if (a) {\n  b();\n} else {\n  c();█\n}',
    );
  });

  it('cuts nothing in a document that is not balanced, or known in part only', () => {
    assert.equal(after('f(\n[a█', '])', surplusBrackets), 'f(\n[a])█');
    const context = { ...contextOf('f(a█)'), prefixOffset: 10 };
    assert.deepEqual(surplusBrackets({ text: 'b))', replaces: 1 }, context), { text: 'b))', replaces: 1 });
  });
});
