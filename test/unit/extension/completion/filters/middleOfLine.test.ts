import assert from 'node:assert/strict';
import { middleOfLine } from '../../../../../extension/completion/filters/middleOfLine.ts';
import { after } from './picture.ts';

describe('the filter middleOfLine', () => {
  it('inserts one line before the rest of a line', () => {
    assert.equal(after('foo(█);', 'a\nb', middleOfLine), 'foo(a█);');
  });

  it('inserts a block that closes the rest of its line', () => {
    assert.equal(after('if (a) {█}', '\n  b();\n}', middleOfLine), 'if (a) {\n  b();\n}█}');
  });

  it('inserts several lines at the end of a line', () => {
    assert.equal(after('if (a) {█', '\n  b();\n}', middleOfLine), 'if (a) {\n  b();\n}█');
  });

  it('inserts several lines before white space', () => {
    assert.equal(after('if (a) {█  ', '\n  b();', middleOfLine), 'if (a) {\n  b();█  ');
  });

  it('does not take an inner block for the end of the rest', () => {
    assert.equal(after('foo(█)', '() => {\n}', middleOfLine), 'foo(() => {█)');
  });
});
