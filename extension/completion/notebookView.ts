import type { DocumentView, LineSource, Place } from './documentView.ts';

/** A code cell: a `vscode.NotebookCell` is one. */
export interface Cell {
  readonly document: LineSource & { readonly languageId: string };
}

/**
 * The cells of the current one's language as one document, with the cursor's place in it: what earlier cells define is
 * what the next cell uses. Cells come in the notebook's order.
 */
export function notebookView(
  cells: readonly Cell[],
  current: Cell['document'],
  place: Place,
): { view: DocumentView; place: Place } {
  const lines: string[] = [];
  let line = place.line;
  for (const { document } of cells) {
    if (document.languageId !== current.languageId) continue;
    if (document === current) line = lines.length + place.line;
    for (let index = 0; index < document.lineCount; index++) lines.push(document.lineAt(index).text);
  }
  return {
    view: {
      lineCount: lines.length,
      line: (index) => lines[index] ?? '',
      offsetOfLine: (index) => lines.slice(0, index).reduce((offset, { length }) => offset + length + 1, 0),
    },
    place: { line, character: place.character },
  };
}
