import type { CompletionContext } from '../../../engine/index.ts';
import { alreadyThere } from './alreadyThere.ts';
import { blankLines } from './blankLines.ts';
import { commentMarker } from './commentMarker.ts';
import { empty } from './empty.ts';
import type { Dropped, Filter, Suggestion } from './filter.ts';
import { indentStyle } from './indentStyle.ts';
import { leadingSpace } from './leadingSpace.ts';
import { lineAbove } from './lineAbove.ts';
import { lineEnds } from './lineEnds.ts';
import { linesBelow } from './linesBelow.ts';
import { middleOfLine } from './middleOfLine.ts';
import { repetition } from './repetition.ts';
import { restOfLine } from './restOfLine.ts';
import { surplusBrackets } from './surplusBrackets.ts';
import { trailingSpace } from './trailingSpace.ts';

export type { Dropped, Suggestion } from './filter.ts';

const pipeline: readonly Filter[] = [
  // How it is written,
  lineEnds,
  blankLines,
  leadingSpace,
  indentStyle,
  commentMarker,
  // what it says twice,
  repetition,
  lineAbove,
  linesBelow,
  // how it meets the rest of its line,
  middleOfLine,
  alreadyThere,
  restOfLine,
  surplusBrackets,
  // and what is left.
  trailingSpace,
  empty,
];

/** The model's text as it is worth showing at the cursor, or why it is not. */
export function filterSuggestion(text: string, context: CompletionContext): Suggestion | Dropped {
  let suggestion: Suggestion = { text, replaces: 0 };
  for (const filter of pipeline) {
    const next = filter(suggestion, context);
    if ('dropped' in next) return next;
    suggestion = next;
  }
  return suggestion;
}
