import { lineFeeds } from './line-feeds.ts';
import { characterAt } from './surrogates.ts';

export interface Window {
  /** The text, with LF line ends. */
  text: string;
  ids: number[];
}

/**
 * UTF-16 units a token that are tried, largest first. Code has about 3; CJK, emoji and hexadecimal dumps have less than
 * one. The first whose window fits the budget is used, so the window stays put until typing makes it too large.
 */
const UNITS_A_TOKEN = [3.5, 2.6, 2, 1.5, 1.1, 0.8, 0.6, 0.4, 0.25];

/** A line's start is looked for in this share of a step after the anchor; a longer line is cut where the anchor falls. */
const SNAP_SHARE = 0.25;

/**
 * The part of the text before the cursor that a prompt shows.
 *
 * Its start moves rarely and far: a recurrent state is of no use once tokens are gone from the front. Anchors lie in the
 * document at multiples of half a window, and the start is the first line after one; so half to all of the budget is
 * used, and typing moves the start once in half a window.
 *
 * @param prefix text before the cursor
 * @param prefixOffset offset of `prefix` in the document, in UTF-16 units
 * @param budget most tokens
 * @param encode text to ids
 */
export function prefixWindow(
  prefix: string,
  prefixOffset: number,
  budget: number,
  encode: (text: string) => number[],
): Window {
  for (const units of UNITS_A_TOKEN) {
    const text = lineFeeds(prefix.slice(startOf(prefix, prefixOffset, Math.ceil(budget * units))));
    const ids = encode(text);
    if (ids.length <= budget) return { text, ids };
  }
  // A handful of tokens, or four bytes a unit: whatever fits.
  let text = prefix.slice(characterAt(prefix, Math.max(0, prefix.length - budget)));
  for (; text !== ''; text = text.slice(characterAt(text, Math.ceil(text.length / 4)))) {
    const ids = encode(text);
    if (ids.length <= budget) return { text, ids };
  }
  return { text: '', ids: [] };
}

/** Index in `prefix` at which a window of at most `size` UTF-16 units starts. */
function startOf(prefix: string, prefixOffset: number, size: number): number {
  const cursor = prefixOffset + prefix.length;
  if (prefix.length <= size && prefixOffset === 0) return 0;
  const step = Math.max(1, Math.floor(size / 2));
  const anchor = Math.ceil(Math.max(prefixOffset, cursor - size) / step) * step - prefixOffset;
  if (anchor <= 0) return 0;
  // With less text than a step, the anchor may lie beyond the cursor.
  if (anchor >= prefix.length) return 0;
  const newline = prefix.indexOf('\n', anchor - 1);
  return newline >= 0 && newline + 1 - anchor <= step * SNAP_SHARE
    ? newline + 1
    : characterAt(prefix, anchor);
}
