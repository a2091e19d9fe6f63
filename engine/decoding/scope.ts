import { type Scan, scanBrackets } from './brackets.ts';
import { indentation, isBlank } from './indentation.ts';
import { opensBlock } from './opens-block.ts';

/** How many lines a text may have: decided from the syntax, always one, or up to a block. */
export type TextLines = 'auto' | 'single' | 'multiple';

export interface StopContext {
  /** Text before the cursor. */
  prefix: string;
  /** Text after the cursor. */
  suffix: string;
  lines: TextLines;
  /** VS Code's language identifier; empty if unknown. */
  languageId: string;
  /** Whether the text stands in a code fence. */
  isFenced?: true | undefined;
}

/** What of the text around the cursor decides where a completion ends. */
export interface Scope {
  languageId: string;
  /** Whether the text ends with its line, or may go on to the end of a block. */
  block: boolean;
  /** Whether a block may go on with a second statement beside the first: where one was asked for, or in an empty body. */
  statements: boolean;
  /** The cursor's line before and after the cursor. */
  head: string;
  rest: string;
  /** The next line after the cursor's that is not blank, or empty. */
  next: string;
  /** Lines at or left of this column end the block: the indentation of the line that opened it; -1 if none did. */
  floor: number;
  /** What is open at the cursor, as far as the text near it shows. */
  above: Pick<Scan, 'owed' | 'inside'>;
  /** Brackets and strings open at the cursor that the text itself has to close: those of the opening line that the suffix does not close. */
  open: Pick<Scan, 'owed' | 'inside'>;
}

/** Lines further up or down have no say; UTF-16 units. */
const NEAR = 4096;
/** Generated text has LF only, the document may have CRLF. */
const LINE_END = /\r?\n/u;
const COMMENT = /^\s*(?:\/\/|\/\*|\*|#(?!\w)|--\s|<!--|"""|''')/u;

/** Reads the surroundings of a cursor. */
export function scopeOf({ prefix, suffix, lines, languageId }: StopContext): Scope {
  const near = prefix.slice(-NEAR).split(LINE_END);
  const head = near.pop() ?? '';
  const [rest = '', ...below] = suffix.slice(0, NEAR).split(LINE_END);
  const next = below.find((line) => !isBlank(line)) ?? '';

  const opener = isBlank(head)
    ? emptyBlock(near, next, languageId)
    : opensBlock(head, languageId)
      ? head
      : undefined;
  const block = lines === 'multiple' || (lines === 'auto' && isBlank(rest) && opener !== undefined);
  const line = isBlank(head) ? (opener ?? '') : head;
  const floor = opener === undefined ? -1 : indentation(opener);
  const scan = scanBrackets(line, languageId);
  return {
    languageId,
    block,
    statements: lines === 'multiple' || isBlank(head),
    head,
    rest,
    next,
    floor,
    above: scanBrackets([...near, head].join('\n'), languageId),
    open: { owed: without(scan.owed, rest, next, indentation(line), languageId), inside: scan.inside },
  };
}

/** The line that opened a block in which nothing stands yet but comments, if the cursor is in one. */
function emptyBlock(above: readonly string[], next: string, languageId: string): string | undefined {
  const opener = above.findLast((line) => !isBlank(line) && !COMMENT.test(line));
  if (opener === undefined || !opensBlock(opener, languageId)) return undefined;
  return next !== '' && indentation(next) > indentation(opener) ? undefined : opener;
}

/** Takes from the closing brackets that are owed those with which the suffix goes on, innermost first. */
function without(owed: string, rest: string, next: string, column: number, languageId: string): string {
  const following = isBlank(rest) ? (indentation(next) === column ? next : '') : rest;
  let left = owed;
  let from = 0;
  for (;;) {
    const { unmatched } = scanBrackets(following.slice(from), languageId);
    if (unmatched < 0 || left === '' || following.charAt(from + unmatched) !== left.at(-1)) return left;
    left = left.slice(0, -1);
    from += unmatched + 1;
  }
}
