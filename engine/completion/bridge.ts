import type { Prompt, PromptBudget } from '../prompt/index.ts';
import type { CheckpointTree } from '../state/checkpoint-tree.ts';

/** The longest tail that models are trained with. */
const MAX_TAIL_LINES = 12;
/** Saving less is not worth another layout: as many tokens as take some ms with the bundled model. */
const WORTH_BRIDGING_TOKENS = 24;

/** Lays out a prompt; the plain one by default. */
export type Build = (arrangement?: Pick<PromptBudget, 'tailLines' | 'recentSteps'>) => Prompt;

/**
 * The prompt of a request. Where lines below the cursor may stand in the tail instead of in the suffix, and lines above it in the
 * recent text instead of in the prefix, there are several that say the same; after a jump within the neighbourhood an old suffix is
 * still true for one of them. Takes the one that leaves the fewest tokens to advance, and the plain one unless another leaves
 * {@link WORTH_BRIDGING_TOKENS} fewer.
 * @param build the prompt with some lines elsewhere; fewer where the document ends or the tail is full
 */
export function bridge(build: Build, tree: Pick<CheckpointTree, 'cost'>): Prompt {
  const plain = build();
  let best = plain;
  let least = tree.cost(plain.ids) - WORTH_BRIDGING_TOKENS;
  for (let tailLines = 0; tailLines <= MAX_TAIL_LINES && least > 0; tailLines++) {
    for (const recentSteps of [0, 1]) {
      if (tailLines === 0 && recentSteps === 0) continue;
      const prompt = build({ tailLines, recentSteps });
      // The format has no tail, or there are no more lines.
      if (prompt.tailLines < tailLines) return best;
      if (prompt.recentSteps < recentSteps) break;
      const tokens = tree.cost(prompt.ids);
      if (tokens < least) [best, least] = [prompt, tokens];
    }
  }
  return best;
}
