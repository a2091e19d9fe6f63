import assert from 'node:assert/strict';
import { after } from './picture.ts';

describe('the filters in their order', () => {
  it('puts arguments into brackets that are closed already', () => {
    assert.equal(after('foo(█)', 'a, b)'), 'foo(a, b)█');
  });

  it('does not double the brackets of a call inside a call', () => {
    assert.equal(after('foo(█);\n', 'bar(x);\n'), 'foo(bar(x)█);\n');
  });

  it('fills a body whose end stands below', () => {
    assert.equal(
      after('function f(a) {\n  █\n}\n', '  return a;\n}\n\n'),
      'function f(a) {\n  return a;█\n}\n',
    );
  });

  it("fills an arrow function's body in place", () => {
    assert.equal(after('f(() => {█});', ' a();'), 'f(() => { a();█});');
  });

  it('makes a block of closed braces', () => {
    assert.equal(after('if (a) {█}\n', '\n  b();\n}\n'), 'if (a) {\n  b();\n}█\n');
  });

  it('writes tabs into a document with tabs', () => {
    assert.equal(
      after('class A {\n\tf() {█\n\t}\n}\n', '\n        return 1;\n    }'),
      'class A {\n\tf() {\n\t\treturn 1;█\n\t}\n}\n',
    );
  });

  it('says nothing where all stands below', () => {
    assert.equal(after('a();\n█\nb();\n', '\nb();\n'), 'dropped: repeats the lines below');
  });

  it('says nothing where nothing is left', () => {
    assert.equal(after('f() {\n  a();█\n}', '\n}'), 'dropped: only white space');
  });

  it('says nothing where the rest of the line says it', () => {
    assert.equal(after('foo(█);', ');'), 'dropped: stands there already');
  });

  it('keeps quotes balanced', () => {
    assert.equal(after("import a from '█';", "./a.ts';"), "import a from './a.ts';█");
  });

  it("keeps Python's blocks", () => {
    assert.equal(
      after(
        'def f(a):\n    █\n\ndef g():\n    pass\n',
        'return a\n\ndef g():\n    pass',
        undefined,
        'python',
      ),
      'def f(a):\n    return a█\n\ndef g():\n    pass\n',
    );
  });

  it("keeps Rust's lifetimes apart from strings", () => {
    assert.equal(after("fn f<'a>(█)", "x: &'a str)", undefined, 'rust'), "fn f<'a>(x: &'a str)█");
  });
});
