/** Line and column, counted from zero, in UTF-16 units: a `vscode.Position` is one. */
export interface Place {
  readonly line: number;
  readonly character: number;
}

/** What the context needs of a document: a `vscode.TextDocument` is one. */
export interface LineSource {
  readonly lineCount: number;
  /** `vscode.EndOfLine`, which is the length of a line end: 1 is LF, 2 is CRLF. */
  readonly eol: number;
  lineAt(line: number): { readonly text: string; readonly range: { readonly start: Place } };
  offsetAt(place: Place): number;
}

/** A text as lines, whatever its line ends; several notebook cells can be one. */
export interface DocumentView {
  readonly lineCount: number;
  line(index: number): string;
  /** Offset of a line's start, as if all line ends were LF. */
  offsetOfLine(index: number): number;
}

export function documentView(document: LineSource): DocumentView {
  return {
    lineCount: document.lineCount,
    line: (index) => document.lineAt(index).text,
    // The editor keeps a table of offsets: adding up 300,000 lines would hold its thread for 20 ms at each key.
    offsetOfLine: (index) =>
      document.offsetAt(document.lineAt(index).range.start) - index * (document.eol - 1),
  };
}
