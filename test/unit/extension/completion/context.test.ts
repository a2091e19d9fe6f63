import assert from 'node:assert/strict';
import { completionContext, MAX_CHARACTERS } from '../../../../extension/completion/context.ts';
import { documentView, type LineSource } from '../../../../extension/completion/documentView.ts';
import { notebookView } from '../../../../extension/completion/notebookView.ts';

const origin = { path: 'src/a.ts', languageId: 'typescript' };

function documentOf(text: string): LineSource {
  const lines = text.split(/\r?\n/);
  return { lineCount: lines.length, lineAt: (line) => ({ text: lines[line] ?? '' }) };
}

describe('the context', () => {
  it('is the text before and after the cursor', () => {
    const context = completionContext(
      documentView(documentOf('a\nbc\nd')),
      { line: 1, character: 1 },
      origin,
    );
    assert.deepEqual(context, { prefix: 'a\nb', suffix: 'c\nd', prefixOffset: 0, ...origin });
  });

  it('has LF line ends', () => {
    const context = completionContext(
      documentView(documentOf('a\r\nb\r\nc')),
      { line: 1, character: 1 },
      origin,
    );
    assert.equal(context.prefix, 'a\nb');
    assert.equal(context.suffix, '\nc');
  });

  const line = 'x'.repeat(99);
  const text = Array.from({ length: 20_000 }, () => line).join('\n');
  const view = documentView(documentOf(text));

  it('is bounded on both sides, and knows where it starts', () => {
    const { prefix, suffix, prefixOffset } = completionContext(view, { line: 9000, character: 40 }, origin);
    assert.ok(prefix.length <= MAX_CHARACTERS && prefix.length > MAX_CHARACTERS / 3);
    assert.ok(suffix.length <= MAX_CHARACTERS && suffix.length > MAX_CHARACTERS - 200);
    assert.equal(prefixOffset + prefix.length, 9000 * 100 + 40);
    assert.equal(text.slice(prefixOffset, prefixOffset + prefix.length), prefix);
  });

  it('starts at the same place while one goes on by a few lines', () => {
    const starts = [9000, 9001, 9010, 9100].map(
      (at) => completionContext(view, { line: at, character: 0 }, origin).prefixOffset,
    );
    assert.equal(new Set(starts).size, 1);
  });

  it('is bounded inside one endless line', () => {
    const endless = documentView(documentOf('y'.repeat(3 * MAX_CHARACTERS)));
    const { prefix, suffix, prefixOffset } = completionContext(
      endless,
      { line: 0, character: 2 * MAX_CHARACTERS },
      origin,
    );
    assert.equal(prefix.length, MAX_CHARACTERS);
    assert.equal(suffix.length, MAX_CHARACTERS);
    assert.equal(prefixOffset, MAX_CHARACTERS);
  });
});

describe('a notebook', () => {
  const cell = (languageId: string, text: string) => ({ document: { ...documentOf(text), languageId } });

  it("is one document of the current cell's language", () => {
    const cells = [
      cell('python', 'import a\nb = 1'),
      cell('sql', 'select 1'),
      cell('python', 'c = \nd'),
      cell('python', 'e'),
    ] as const;
    const { view, place } = notebookView(cells, cells[2].document, { line: 0, character: 4 });
    const { prefix, suffix } = completionContext(view, place, origin);
    assert.equal(prefix, 'import a\nb = 1\nc = ');
    assert.equal(suffix, '\nd\ne');
  });
});
