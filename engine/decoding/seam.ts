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
export function seamAtLineEnd(scope: Scope, line: string): Cut | undefined {
  const rest = scope.rest.trimEnd();
  if (rest === '') return undefined;
  // Brackets that the text itself has opened are its own to close.
  const { unmatched } = scanBrackets(rest, scope.languageId);
  if (unmatched >= 0 && scanBrackets(line, scope.languageId).unmatched < 0) return undefined;
  const length = withoutEnd(line.trimEnd(), rest) ?? withoutEnd(line.trimEnd(), rest.trimStart());
  return length === undefined ? undefined : { reason: 'suffix', length };
}

const isQuote = (inside: string): boolean => /^["'`]/u.test(inside);

const withoutEnd = (text: string, end: string): number | undefined =>
  text.endsWith(end) ? text.length - end.length : undefined;
