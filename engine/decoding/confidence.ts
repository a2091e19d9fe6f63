import { isBlank } from './indentation.ts';

/** How many suggestions are shown. */
export const SUGGESTIONS = ['fewer', 'balanced', 'more'] as const;
export type Suggestions = (typeof SUGGESTIONS)[number];

/** The least confidence of what is shown, by the curves of `npm run -s mamba -- evaluate --trace`. */
const LEAST: Readonly<Record<Suggestions, number>> = { fewer: 0.2, balanced: 0.08, more: 0.06 };
/**
 * On a line that says nothing yet, so many times as much: in files as they are while being written, 37 % of 30 suggestions there with a
 * confidence of 20 to 40 % were right, and 62 % of 29 on other lines.
 */
const ON_EMPTY_LINE = 1.5;
/** And the beginning of a line so many times as much: that only this much is sure says that the line may go on in some other way. */
const ON_BEGINNING = 2;
/** What finishes a line is worth so many times what leaves some of it to be typed. */
const WORTH_OF_WHOLE = 1.5;
/** A beginning says at least so much: UTF-16 units, a letter among them. */
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
  /** What showing it is worth, beside other texts at the same place. */
  worth: number;
}

/**
 * As much of a text as is likely to be right and useful: whole lines, or the beginning of the first up to a word's end, whichever is worth
 * more. On a line that says nothing yet, as that below the cursor's, a beginning says next to nothing, and is seldom right: many such lines
 * stay empty.
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
  const confidence = probabilityTo(firstLine + 1, steps);
  if (suggestions === 'all') return { text, confidence, worth: confidence };
  const least = LEAST[suggestions];
  const isEmptyLine = isBlank(head) || text.slice(0, begin).includes('\n');
  const part = isEmptyLine
    ? undefined
    : likelyBeginning(text.slice(0, firstLine), steps, least * ON_BEGINNING);
  if (confidence < least * (isEmptyLine ? ON_EMPTY_LINE : 1)) return part;
  const worth = WORTH_OF_WHOLE * worthOf(confidence, firstLine - begin);
  if (part !== undefined && part.worth > worth) return part;
  let end = firstLine;
  while (end < text.length) {
    const after = lineEnd(text, end + 1);
    if (probabilityTo(after + 1, steps) < least) break;
    end = after;
  }
  return { text: text.slice(0, end), confidence, worth };
}

/** The beginning of a line that is worth most, of those that end with a word and are likely enough. */
function likelyBeginning(line: string, steps: readonly Step[], least: number): Confident | undefined {
  let best: Confident | undefined;
  for (const { length, probability } of steps) {
    if (length >= line.length || probability < least) break;
    if (length < LEAST_PART || !isWordEnd(line, length)) continue;
    const text = line.slice(0, length).trimEnd().replace(OPERATOR, '');
    const worth = worthOf(probability, text.trimStart().length);
    if (worth < (best?.worth ?? 0) || !/\p{L}/u.test(text)) continue;
    best = { text, confidence: probability, worth };
  }
  return best;
}

/**
 * What showing a text is worth: how likely it is right, times the root of its length in UTF-16 units. In a recorded session that was right
 * more often than with the length itself, at as many suggestions, and saved more keys.
 */
function worthOf(probability: number, length: number): number {
  return probability * Math.sqrt(length);
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
