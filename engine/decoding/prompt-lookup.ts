import type { LocalCache } from './cache/local-cache.ts';
import { Mixing } from './cache/mixing.ts';

/** Tokens that are likely to follow. */
export interface Draft {
  ids: readonly number[];
  /** Of each, how likely it and all before it are right. */
  probabilities: readonly number[];
}

export const NO_DRAFT: Draft = { ids: [], probabilities: [] };

/** A token that is less likely right costs more than it saves, wherever a run of several tokens costs a fourth of their single steps or more. */
const LEAST_LIKELY = 0.25;

/**
 * Guesses tokens by what followed the newest ones before, in the document and in the project's files: prompt lookup (Saxena 2023,
 * github.com/apoorvumang/prompt-lookup-decoding; Yang et al. 2023, arXiv 2304.04487), with what all such places say together, as the
 * local cache weighs them, in place of the longest match alone.
 */
export class PromptLookup {
  private readonly mixing: Mixing;
  private readonly chosen: number[] = [];

  /** @param cache begun where the generation begins */
  constructor(cache: LocalCache) {
    this.mixing = new Mixing({ cache, forbidden: new Set(), endIds: [] });
  }

  /** The token that was chosen. */
  push(id: number): void {
    this.chosen.push(id);
  }

  /** At most so many tokens that are likely to follow. */
  draft(most: number): Draft {
    const ids: number[] = [];
    const probabilities: number[] = [];
    for (let likely = 1; ids.length < most;) {
      const generated = [...this.chosen, ...ids];
      const question = { logits: undefined, generated, isAllowed: undefined, isOneLine: false };
      const [choice] = this.mixing.choose(question);
      likely *= choice?.probability ?? 0;
      if (choice === undefined || likely < LEAST_LIKELY) break;
      ids.push(choice.id);
      probabilities.push(likely);
    }
    return { ids, probabilities };
  }
}
