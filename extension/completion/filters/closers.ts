import { scanBrackets, type CompletionContext } from '../../../engine/index.ts';
import { linePrefix } from './lines.ts';

export interface Closer {
  character: string;
  /** Index in the text. */
  index: number;
}

/** The quote of the string in which the cursor stands, as far as its line shows; empty if it stands in none. */
export function quoteAtCursor(context: Pick<CompletionContext, 'prefix' | 'languageId'>): string {
  const { inside } = scanBrackets(linePrefix(context), context.languageId);
  return /^["'`]/.test(inside) ? inside : '';
}

/**
 * The first `most` closing brackets that close nothing in `text` itself, and before them the quote that ends the string in
 * which the text begins, if it does.
 */
export function closers(text: string, languageId: string, inside: string, most = 32): Closer[] {
  const found: Closer[] = [];
  let from = 0;
  let open = { owed: '', inside };
  while (found.length < most) {
    const { unmatched, quoteEnd } = scanBrackets(text.slice(from), languageId, open);
    if (open.inside !== '' && quoteEnd >= 0)
      for (let at = 0; at < inside.length; at++)
        found.push({ character: inside.charAt(at), index: quoteEnd + at });
    if (unmatched < 0) break;
    found.push({ character: text.charAt(from + unmatched), index: from + unmatched });
    from += unmatched + 1;
    open = { owed: '', inside: '' };
  }
  return found;
}
