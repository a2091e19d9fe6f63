/** Line and column, counted from zero, in UTF-16 units: a `vscode.Position` is one. */
export interface Place {
  readonly line: number;
  readonly character: number;
}

/** What the context needs of a document: a `vscode.TextDocument` is one. */
export interface LineSource {
  readonly lineCount: number;
  lineAt(line: number): { readonly text: string };
}

/** A text as lines, whatever its line ends; several notebook cells can be one. */
export interface DocumentView {
  readonly lineCount: number;
  line(index: number): string;
}

export function documentView(document: LineSource): DocumentView {
  return { lineCount: document.lineCount, line: (index) => document.lineAt(index).text };
}
