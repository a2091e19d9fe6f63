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

  it('cuts nothing in a document that is not balanced', () => {
    assert.equal(after('f(\n[a█', '])', surplusBrackets), 'f(\n[a])█');
  });

  it('cuts nothing after a regular expression with a bracket', () => {
    const text = 'return x.replace(/\\)/g, "");';
    assert.equal(after('f() {\n  █\n}', text, surplusBrackets), `f() {\n  ${text}█\n}`);
    assert.equal(after('f(/[(]/);\ng(a█)', ', b))', surplusBrackets), 'f(/[(]/);\ng(a, b))█)');
  });

  it('still cuts after a division', () => {
    assert.equal(after('f(a / b, c / d█)', ', e))', surplusBrackets), 'f(a / b, c / d, e█)');
  });

  it('counts nothing in a comment', () => {
    assert.equal(after('// Steps:█', ' 1) read, 2) write', surplusBrackets), '// Steps: 1) read, 2) write█');
    assert.equal(after('█', 'foo(); // :) nice', surplusBrackets), 'foo(); // :) nice█');
    assert.equal(after('# Steps:█', ' 1) read', surplusBrackets, 'python'), '# Steps: 1) read█');
    assert.equal(after('/* Steps:█ */', ' 1) read', surplusBrackets), '/* Steps: 1) read█ */');
  });

  const long = 'x = y;\n'.repeat(2000);

  it('needs to see only what is near the cursor', () => {
    assert.equal(
      after(`${long}function f() {\n  g(a█)\n}\n${long}`, ', b))', surplusBrackets),
      `${long}function f() {\n  g(a, b█)\n}\n${long}`,
    );
  });

  it('cuts nothing where what is open stands further up, or is not closed near by', () => {
    assert.equal(after(`{\n${long}  a();█\n}`, '\n}', surplusBrackets), `{\n${long}  a();\n}█\n}`);
    assert.equal(after(`f() {\n  g(a█)\n${long}`, ', b))', surplusBrackets), `f() {\n  g(a, b))█)\n${long}`);
    const context = { ...contextOf('a█'), prefixOffset: 10 };
    assert.deepEqual(surplusBrackets({ text: 'b)', replaces: 0 }, context), { text: 'b)', replaces: 0 });
  });

  it('looks at no more than a window, whatever the document', () => {
    const many = 'f(g(h(1)));\n'.repeat(20_000);
    const context = contextOf(`${many}if (a) {\n  f(b█)\n}\n${many}`);
    const started = performance.now();
    for (let round = 0; round < 20; round++) surplusBrackets({ text: ', c))', replaces: 1 }, context);
    const ms = (performance.now() - started) / 20;
    assert.ok(ms < 5, `${ms} ms`);
  });
});
