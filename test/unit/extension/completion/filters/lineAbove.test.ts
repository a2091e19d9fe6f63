import assert from 'node:assert/strict';
import { lineAbove } from '../../../../../extension/completion/filters/lineAbove.ts';
import { after } from './picture.ts';

describe('the filter lineAbove', () => {
  it('drops the line above', () => {
    assert.equal(
      after("import a from 'a';\n█", "import a from 'a';", lineAbove),
      'dropped: repeats the line above',
    );
  });

  it('drops its completion', () => {
    assert.equal(
      after("import a from 'a';\nimp█", "ort a from 'a';", lineAbove),
      'dropped: repeats the line above',
    );
  });

  it('drops it with a blank line between', () => {
    assert.equal(after('let a = 1;\n\n█', 'let a = 1;', lineAbove), 'dropped: repeats the line above');
  });

  it("drops the cursor's own line below it", () => {
    assert.equal(after('let a = 1;█', '\nlet a = 1;', lineAbove), 'dropped: repeats the line above');
  });

  it('keeps a second closing bracket', () => {
    assert.equal(after('  }\n█', '}', lineAbove), '  }\n}█');
  });

  it('keeps another line', () => {
    assert.equal(after('let a = 1;\n█', 'let b = 1;', lineAbove), 'let a = 1;\nlet b = 1;█');
  });
});
