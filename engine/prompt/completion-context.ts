/** The text around a cursor, as plain data. */
export interface CompletionContext {
  /** Text before the cursor, at best from the document's start. */
  prefix: string;
  /** Text after the cursor, at best to the document's end. */
  suffix: string;
  /** Offset in the document (UTF-16 units) of the first character of `prefix`; 0 where the whole text was handed over. */
  prefixOffset: number;
  /** Path inside the workspace with `/` as separator; empty if unknown. */
  path: string;
  /** VS Code's language identifier, such as `typescript`; empty if unknown. */
  languageId: string;
}
