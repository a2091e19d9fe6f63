import type { CompletionContext } from '../../../engine/index.ts';

/** Text to insert at the cursor in place of the next `replaces` characters, which are on the cursor's line. */
export interface Suggestion {
  readonly text: string;
  readonly replaces: number;
}

/** Nothing worth showing, and why. */
export interface Dropped {
  readonly dropped: string;
}

/** A pure step from a suggestion to a better one, or to the reason why there is none. */
export type Filter = (suggestion: Suggestion, context: CompletionContext) => Suggestion | Dropped;
