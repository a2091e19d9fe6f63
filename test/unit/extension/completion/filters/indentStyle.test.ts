import assert from 'node:assert/strict';
import { indentStyle } from '../../../../../extension/completion/filters/indentStyle.ts';
import { after } from './picture.ts';

describe('the filter indentStyle', () => {
  it('turns spaces into tabs where the document has tabs', () => {
    assert.equal(
      after('function f() {\n\ta;\n\tif (b) {█', '\n    c;\n        d;', indentStyle),
      'function f() {\n\ta;\n\tif (b) {\n\tc;\n\t\td;█',
    );
  });

  it("turns tabs into the document's spaces", () => {
    assert.equal(after('def f():\n  a\n  if b:█', '\n\t\tc', indentStyle), 'def f():\n  a\n  if b:\n    c█');
  });

  it('takes the style from below as well', () => {
    assert.equal(after('{█\n\ta;\n}', '\n  b;', indentStyle), '{\n\tb;█\n\ta;\n}');
  });

  it('changes nothing where nothing tells', () => {
    assert.equal(after('{█', '\n\ta;', indentStyle), '{\n\ta;█');
  });

  it('keeps the star of a comment under its slash', () => {
    assert.equal(
      after('\t/**\n\t * a\n\t */█', '\n\t/**\n\t * b', indentStyle),
      '\t/**\n\t * a\n\t */\n\t/**\n\t * b█',
    );
  });
});
