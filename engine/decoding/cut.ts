/** Why a text ends by the rules here; the other reasons (end token, tokens used up) belong to the token loop. */
export type RuleStop = 'line' | 'block' | 'suffix' | 'repetition';

/** Where a text ends and why. */
export interface Cut {
  reason: RuleStop;
  /** UTF-16 units to keep. */
  length: number;
}
