import { characterAt } from './surrogates.ts';
import type { Window } from './prefix-window.ts';

/** More UTF-16 units a token than code ever has, so that the first cut leaves enough. */
const MAX_UNITS_A_TOKEN = 5;

/**
 * The part of the text after the cursor that a prompt shows: from its start, cut at a line's end within the budget. Where
 * it is cut depends on this text alone, so it stays the same while the user types before it.
 *
 * @param suffix text from where the suffix begins, with LF line ends
 * @param budget most tokens
 */
export function suffixWindow(suffix: string, budget: number, encode: (text: string) => number[]): Window {
  let text = cutAtLineEnd(suffix, budget * MAX_UNITS_A_TOKEN);
  while (text !== '') {
    const ids = encode(text);
    if (ids.length <= budget) return { text, ids };
    // Tokens are spread unevenly: aim a little below the budget, and always make progress.
    const size = Math.min(text.length - 1, Math.floor((text.length * budget * 0.97) / ids.length));
    text = cutAtLineEnd(text, size);
  }
  return { text: '', ids: [] };
}

/** At most `size` UTF-16 units, up to and with the last line end among them; a longer first line, but for blank ones, is cut inside. */
export function cutAtLineEnd(text: string, size: number): string {
  if (text.length <= size) return text;
  if (size <= 0) return '';
  const lines = text.slice(0, text.lastIndexOf('\n', size - 1) + 1);
  if (lines.trim() !== '') return lines;
  const end = characterAt(text, size);
  return text.slice(0, end > size ? size - 1 : size);
}
