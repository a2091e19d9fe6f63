import { isBlank } from './indentation.ts';

/** How many suggestions are shown. */
export const SUGGESTIONS = ['fewer', 'balanced', 'more'] as const;
export type Suggestions = (typeof SUGGESTIONS)[number];

/** The least confidence of what is shown, by the curves of `npm run -s mamba -- evaluate --trace`. */
const LEAST: Readonly<Record<Suggestions, number>> = { fewer: 0.25, balanced: 0.1, more: 0.06 };
/**
 * On a line that says nothing yet, so many times as much: in files as they are while being written, 37 % of 30 suggestions there with a
 * confidence of 20 to 40 % were right, and 62 % of 29 on other lines.
 */
const ON_EMPTY_LINE = 1.5;
/** And the beginning of an unsure line so many times as much: that it is a beginning says that the line goes on in some other way. */
const ON_BEGINNING = 2;
/** What is shown of a line that is unsure as a whole says at least so much: UTF-16 units, a letter among them. */
const LEAST_PART = 2;
/** An operator whose right side would be missing. */
const OPERATOR = /\s+[=<>+\-*/%&|?:^!~]+$/;

/** A text so far, and how likely all of it is right. */
export interface Step {
  /** In UTF-16 units, spaces and line ends at its end included. */
  length: number;
  probability: number;
}

export interface Confident {
  text: string;
  /** How likely its first line that says something is right, and all before it. */
  confidence: number;
}

/**
 * As much of a text as is likely to be right: whole lines, or where the first is unsure its beginning up to a word's end. On a line that
 * says nothing yet, as that below the cursor's, a beginning says next to nothing, and is seldom right: many such lines stay empty.
 * @param steps of each token in order
 * @param head the cursor's line before the cursor
 * @returns undefined if nothing is
 */
export function confidentPart(
  text: string,
  steps: readonly Step[],
  suggestions: Suggestions | 'all',
  head: string,
): Confident | undefined {
  const begin = text.search(/\S/);
  const firstLine = lineEnd(text, begin);
  const whole = { text, confidence: probabilityTo(firstLine + 1, steps) };
  if (suggestions === 'all') return whole;
  const least = LEAST[suggestions];
  const isEmptyLine = isBlank(head) || text.slice(0, begin).includes('\n');
  if (whole.confidence >= least * (isEmptyLine ? ON_EMPTY_LINE : 1)) {
    let end = firstLine;
    while (end < text.length) {
      const after = lineEnd(text, end + 1);
      if (probabilityTo(after + 1, steps) < least) break;
      end = after;
    }
    return { ...whole, text: text.slice(0, end) };
  }
  if (isEmptyLine) return undefined;
  const part = steps.findLast(
    ({ length, probability }) =>
      length >= LEAST_PART &&
      length < firstLine &&
      probability >= least * ON_BEGINNING &&
      isWordEnd(text, length),
  );
  if (part === undefined) return undefined;
  const beginning = text.slice(0, part.length).trimEnd().replace(OPERATOR, '');
  return /\p{L}/u.test(beginning) ? { text: beginning, confidence: part.probability } : undefined;
}

/** Where the line of some place ends. */
function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** How likely a text is right up to some length: by the first token that reaches it, or the last one. */
function probabilityTo(length: number, steps: readonly Step[]): number {
  return (steps.find((step) => step.length >= length) ?? steps.at(-1))?.probability ?? 1;
}

function isWordEnd(text: string, at: number): boolean {
  return !/[\p{L}\p{N}_$]{2}/u.test(text.slice(at - 1, at + 1));
}
