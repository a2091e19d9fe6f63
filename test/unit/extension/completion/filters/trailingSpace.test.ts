import assert from 'node:assert/strict';
import { trailingSpace } from '../../../../../extension/completion/filters/trailingSpace.ts';
import { after } from './picture.ts';

describe('the filter trailingSpace', () => {
  it('takes white space from the ends of lines', () => {
    assert.equal(after('█', 'a;  \nb;\t\n', trailingSpace), 'a;\nb;█');
  });

  it('takes blank lines from the end', () => {
    assert.equal(after('█', 'a;\n\n\n', trailingSpace), 'a;█');
  });

  it('writes no space before a space', () => {
    assert.equal(after('return █ ;', 'a ', trailingSpace), 'return a█ ;');
  });

  it('keeps a space before the rest of a line', () => {
    assert.equal(after('█= 1', 'a ', trailingSpace), 'a █= 1');
  });
});
