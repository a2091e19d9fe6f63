import assert from 'node:assert/strict';
import { completionContext, MAX_CHARACTERS, MAX_LINES } from '../../../../extension/completion/context.ts';
import { documentView, type LineSource, type Place } from '../../../../extension/completion/documentView.ts';
import { notebookView } from '../../../../extension/completion/notebookView.ts';

const origin = { path: 'src/a.ts', languageId: 'typescript' };

/** A document as the editor has it, and how many of its lines were read. */
function documentOf(text: string): LineSource & { reads: number } {
  const lines = text.split(/\r?\n/);
  const eol = text.includes('\r\n') ? 2 : 1;
  const starts: number[] = [];
  let start = 0;
  for (const line of lines) {
    starts.push(start);
    start += line.length + eol;
  }
  const document = {
    reads: 0,
    eol,
    lineCount: lines.length,
    lineAt: (line: number) => {
      document.reads++;
      return { text: lines[line] ?? '', range: { start: { line, character: 0 } } };
    },
    offsetAt: ({ line, character }: Place) => (starts[line] ?? 0) + character,
  };
  return document;
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

describe('the context in a long document', () => {
  for (const lineEnd of ['\n', '\r\n']) {
    const name = lineEnd === '\n' ? 'LF' : 'CRLF';
    it(`reads a bounded number of its short lines, and knows where it starts (${name})`, () => {
      const lines = Array.from({ length: 300_000 }, (_, index) => (index % 2 === 0 ? '' : '}'));
      const document = documentOf(lines.join(lineEnd));
      const { prefix, suffix, prefixOffset } = completionContext(
        documentView(document),
        { line: 290_001, character: 1 },
        origin,
      );
      assert.ok(document.reads <= 4 * MAX_LINES, `${document.reads} lines`);
      const text = lines.join('\n');
      assert.equal(text.slice(prefixOffset, prefixOffset + prefix.length), prefix);
      assert.equal(text.slice(prefixOffset + prefix.length).startsWith(suffix), true);
      assert.ok(prefix.endsWith('\n}') && prefix.split('\n').length > MAX_LINES / 2);
    });
  }
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
    assert.equal(view.offsetOfLine(place.line), 'import a\nb = 1\n'.length);
  });
});
