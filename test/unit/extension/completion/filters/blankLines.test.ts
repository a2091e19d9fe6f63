import assert from 'node:assert/strict';
import { blankLines } from '../../../../../extension/completion/filters/blankLines.ts';
import { after } from './picture.ts';

describe('the filter blankLines', () => {
  it('starts on the blank line, not below it', () => {
    assert.equal(after('a;\n█', '\n\nb;', blankLines), 'a;\nb;█');
  });

  it("keeps the line's own indentation once", () => {
    assert.equal(after('{\n  █\n}', '\n  b;', blankLines), '{\n  b;█\n}');
  });

  it('keeps a new line after a line with text', () => {
    assert.equal(after('a;█', '\nb;', blankLines), 'a;\nb;█');
  });

  it('leaves at most one blank line between two', () => {
    assert.equal(after('a;█', '\n\n\n\nb;', blankLines), 'a;\n\nb;█');
  });

  it('keeps deeper indentation after a blank start', () => {
    assert.equal(after('{\n  █\n}', '\n    b;', blankLines), '{\n    b;█\n}');
  });
});
