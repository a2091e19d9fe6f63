import { scanBrackets } from './brackets.ts';
import type { Cut } from './cut.ts';
import { isBlank } from './indentation.ts';
import type { Scope } from './scope.ts';

/**
 * Cuts a text on the cursor's line where the rest of that line takes over: at the bracket or quote that stands there
 * already. Asked after each closing bracket or quote.
 */
export function seamAtCloser(scope: Scope, text: string): Cut | undefined {
  const { rest, open, languageId } = scope;
  if (isBlank(rest) || text.includes('\n')) return undefined;
  const { unmatched, quoteEnd } = scanBrackets(text, languageId, open);
  const ahead = scanBrackets(rest, languageId, { owed: '', inside: open.inside });
  // Within a string the quote is the seam, otherwise the first bracket that the text did not open.
  const [at, there] = isQuote(open.inside) ? [quoteEnd, ahead.quoteEnd] : [unmatched, ahead.unmatched];
  if (at < 0 || there < 0 || text.charAt(at) !== rest.charAt(there)) return undefined;
  return { reason: 'suffix', length: withoutEnd(text.slice(0, at + 1), rest.slice(0, there + 1)) ?? at };
}

/** Cuts a finished line that ends with the rest of the cursor's line. */
export function seamAtLineEnd({ rest, above, languageId }: Scope, line: string): Cut | undefined {
  const end = rest.trimEnd();
  if (end === '') return undefined;
  const text = line.trimEnd();
  const length = withoutEnd(text, end) ?? withoutEnd(text, end.trimStart());
  if (length === undefined) return undefined;
  // Words at the end of both are no accident. Brackets may be: `bar()` before `)` needs it, if `foo(` is open before.
  const isNeeded =
    !/[\p{L}\p{N}]/u.test(end) && closes(end) && scanBrackets(text + rest, languageId, above).unmatched < 0;
  return isNeeded ? undefined : { reason: 'suffix', length };
}

const closes = (text: string): boolean => scanBrackets(text).unmatched >= 0;
const isQuote = (inside: string): boolean => /^["'`]/u.test(inside);

const withoutEnd = (text: string, end: string): number | undefined =>
  text.endsWith(end) ? text.length - end.length : undefined;
