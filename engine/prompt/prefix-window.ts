import { lineFeeds } from './line-feeds.ts';
import { characterAt } from './surrogates.ts';

export interface Window {
  /** The text, with LF line ends. */
  text: string;
  ids: number[];
}

/**
 * UTF-16 units a token that are tried, largest first. Code has about 3; CJK, emoji and hexadecimal dumps have less than
 * one. Each is half of the one before, so that the anchors of one are anchors of the next.
 */
const UNITS_A_TOKEN = [3.5, 1.75, 0.875, 0.4375, 0.21875];

/** A window may start an anchor later than it could if this share of its budget is used then. */
const MIN_SHARE = 0.35;

/** A line's start is looked for in this share of a step after the anchor; a longer line is cut where the anchor falls. */
const SNAP_SHARE = 0.25;

/**
 * The part of the text before the cursor that a prompt shows.
 *
 * Its start moves rarely and far: a recurrent state is of no use once tokens are gone from the front. Anchors lie in the
 * document at multiples of half a window, and the start is the first line after one. In code the start moves once in 1.75
 * units for each token of the budget (11 times in 10,000 typed characters with 500 tokens), and 0.4 to 1 of it is used.
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
    const step = Math.max(1, Math.round((budget * units) / 2));
    const first = firstAnchor(prefix.length, prefixOffset, step);
    for (const anchor of [first, first + step]) {
      const text = lineFeeds(prefix.slice(startAt(prefix, anchor, step)));
      const ids = encode(text);
      if (ids.length <= budget && (anchor === first || ids.length >= budget * MIN_SHARE))
        return { text, ids };
    }
  }
  // A handful of tokens, or four bytes a unit: whatever fits.
  let text = prefix.slice(characterAt(prefix, Math.max(0, prefix.length - budget)));
  for (; text !== ''; text = text.slice(characterAt(text, Math.ceil(text.length / 4)))) {
    const ids = encode(text);
    if (ids.length <= budget) return { text, ids };
  }
  return { text: '', ids: [] };
}

/** Index in `prefix` of the first anchor that leaves at most two steps before the cursor; it may lie before its start. */
function firstAnchor(length: number, prefixOffset: number, step: number): number {
  const cursor = prefixOffset + length;
  if (prefixOffset === 0 && cursor <= 2 * step) return 0;
  return Math.ceil(Math.max(prefixOffset, cursor - 2 * step) / step) * step - prefixOffset;
}

/** The start of the line after an anchor. */
function startAt(prefix: string, anchor: number, step: number): number {
  // With less text than a step, the first anchor may lie beyond the cursor.
  if (anchor <= 0 || anchor >= prefix.length) return 0;
  const newline = prefix.indexOf('\n', anchor - 1);
  return newline >= 0 && newline + 1 - anchor <= step * SNAP_SHARE
    ? newline + 1
    : characterAt(prefix, anchor);
}
