import assert from 'node:assert/strict';
import { itemEdit } from '../../../../extension/completion/itemEdit.ts';

const place = { line: 4, character: 6 };

describe('the edit of an item', () => {
  it("replaces the line from its start to the cursor, and the line's rest where that is said again", () => {
    assert.deepEqual(
      itemEdit(
        { text: 'a, b)', replaces: 1 },
        { place, linePrefix: '  foo(', selected: undefined, lineEnd: '\n' },
      ),
      { text: '  foo(a, b)', line: 4, startCharacter: 0, endCharacter: 7 },
    );
  });

  it("has the document's line ends", () => {
    const { text } = itemEdit(
      { text: 'a\nb', replaces: 0 },
      { place, linePrefix: '', selected: undefined, lineEnd: '\r\n' },
    );
    assert.equal(text, 'a\r\nb');
  });

  it('replaces what the selected entry of the list replaces, and extends its text', () => {
    const selected = {
      range: { start: { line: 4, character: 4 }, end: { line: 4, character: 6 } },
      text: 'log',
    };
    assert.deepEqual(
      itemEdit({ text: '(a)', replaces: 1 }, { place, linePrefix: 'con.log', selected, lineEnd: '\n' }),
      { text: 'log(a)', line: 4, startCharacter: 4, endCharacter: 7 },
    );
  });
});
