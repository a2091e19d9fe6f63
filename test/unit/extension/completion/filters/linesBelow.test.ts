import assert from 'node:assert/strict';
import { linesBelow } from '../../../../../extension/completion/filters/linesBelow.ts';
import { after } from './picture.ts';

describe('the filter linesBelow', () => {
  it('cuts a line that stands below', () => {
    assert.equal(
      after('f() {\n  █\n  return a;\n}', 'a++;\n  return a;', linesBelow),
      'f() {\n  a++;█\n  return a;\n}',
    );
  });

  it('cuts the closing bracket of the same block', () => {
    assert.equal(after('f() {\n  █\n}', 'a++;\n}', linesBelow), 'f() {\n  a++;█\n}');
  });

  it('keeps the closing bracket of another block', () => {
    assert.equal(
      after('f() {\n  if (a) {█\n}', '\n    b();\n  }', linesBelow),
      'f() {\n  if (a) {\n    b();\n  }█\n}',
    );
  });

  it('drops what stands below', () => {
    assert.equal(after('█\nlet a = 1;', 'let a = 1;', linesBelow), 'dropped: repeats the lines below');
  });

  it('drops the completion of a line that stands below', () => {
    assert.equal(after('imp█\nimport a;', 'ort a;', linesBelow), 'dropped: repeats the lines below');
  });

  it('drops what stands below after a blank line', () => {
    assert.equal(
      after('a();\n█\n\nb();\nc();', 'b();\nc();', linesBelow),
      'dropped: repeats the lines below',
    );
  });

  it('sees through another indentation of words', () => {
    assert.equal(
      after('{\n█\n    return a;\n}', '  b();\n  return a;', linesBelow),
      '{\n  b();█\n    return a;\n}',
    );
  });

  it('cuts a repeated line that the token budget cut short', () => {
    assert.equal(
      after('█\nlet a = 1;\nlet bc = 2;', 'x();\nlet a = 1;\nlet b', linesBelow),
      'x();█\nlet a = 1;\nlet bc = 2;',
    );
  });

  it('cuts two repeated lines with more after them', () => {
    assert.equal(
      after('█\nlet a = 1;\n}', 'x();\nlet a = 1;\n}\nfoo();', linesBelow),
      'x();█\nlet a = 1;\n}',
    );
  });

  it('keeps one equal line in the middle', () => {
    assert.equal(
      after('switch (a) {\n█\n  break;', 'case 1:\n  break;\ncase 2:\n  foo();', linesBelow),
      'switch (a) {\ncase 1:\n  break;\ncase 2:\n  foo();█\n  break;',
    );
  });

  it('takes the whole line, not its completion alone', () => {
    assert.equal(after('const a = █\nfoo();', 'foo();', linesBelow), 'const a = foo();█\nfoo();');
  });
});
