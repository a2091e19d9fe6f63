import assert from 'node:assert/strict';
import { leadingSpace } from '../../../../../extension/completion/filters/leadingSpace.ts';
import { after } from './picture.ts';

describe('the filter leadingSpace', () => {
  it('writes no second space', () => {
    assert.equal(after('return █', ' x;', leadingSpace), 'return x;█');
  });

  it('writes no space after a tab', () => {
    assert.equal(after('a\t█', '  x', leadingSpace), 'a\tx█');
  });

  it('keeps a space where there is none', () => {
    assert.equal(after('return█', ' x;', leadingSpace), 'return x;█');
  });

  it('does not repeat the indentation', () => {
    assert.equal(after('{\n  a;\n  █', '  b;', leadingSpace), '{\n  a;\n  b;█');
  });

  it('keeps indentation that goes deeper than a line that is not indented yet', () => {
    assert.equal(after('    if (a) {\n  █', '    b;', leadingSpace), '    if (a) {\n      b;█');
  });
});
