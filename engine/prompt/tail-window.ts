import { splitSuffix, type SplitSuffix } from './split-suffix.ts';
import { characterAt } from './surrogates.ts';

/** Longer tails were not trained on (`MAX_TAIL_TOKENS` in engine/training/data.py). */
const MAX_TAIL_TOKENS = 100;

/**
 * The rest of the cursor's line and, of the lines asked for, as many as a tail may hold. A rest that is longer than a tail,
 * as in minified files, is cut.
 */
export function tailWindow(after: string, lines: number, encode: (text: string) => number[]): SplitSuffix {
  let split = splitSuffix(after, lines);
  let tokens = tailTokens(split.tail, encode);
  while (split.tailLines > 0 && tokens > MAX_TAIL_TOKENS) {
    split = splitSuffix(after, split.tailLines - 1);
    tokens = tailTokens(split.tail, encode);
  }
  let { tail } = split;
  while (tokens > MAX_TAIL_TOKENS) {
    tail = tail.slice(0, cutAt(tail, Math.floor((tail.length * MAX_TAIL_TOKENS * 0.97) / tokens)));
    tokens = tailTokens(tail, encode);
  }
  return { ...split, tail };
}

/** No token has as many characters, so that a file of one long line is not encoded as a whole. */
const MAX_TAIL_UNITS = MAX_TAIL_TOKENS * 40;

const tailTokens = (tail: string, encode: (text: string) => number[]): number =>
  tail.length > MAX_TAIL_UNITS ? tail.length : encode(tail).length;

/** Not inside a surrogate pair; before one rather than after it, since the text has to become shorter. */
const cutAt = (text: string, at: number): number => (characterAt(text, at) > at ? at - 1 : at);
