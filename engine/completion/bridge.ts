import type { Prompt } from '../prompt/index.ts';
import type { CheckpointTree } from '../state/checkpoint-tree.ts';

/** The longest tail that models are trained with. */
const MAX_TAIL_LINES = 12;
/** Saving less is not worth a layout that the bundled model is worse at (npm run bench -- bridging): as many tokens as take 10 ms or more. */
const WORTH_BRIDGING_TOKENS = 200;

/**
 * The prompt of a request. Where lines below the cursor may stand in the tail instead of in the suffix, there are several that
 * say the same; after a jump within the neighbourhood an old suffix is still true for one of them. Takes the one that leaves
 * the fewest tokens to advance, and the plain one unless another leaves {@link WORTH_BRIDGING_TOKENS} fewer.
 * @param build the prompt with some lines in the tail; fewer where the document ends or the tail is full
 */
export function bridge(build: (tailLines: number) => Prompt, tree: Pick<CheckpointTree, 'cost'>): Prompt {
  const plain = build(0);
  let best = plain;
  let least = tree.cost(plain.ids) - WORTH_BRIDGING_TOKENS;
  for (let lines = 1; lines <= MAX_TAIL_LINES && least > 0; lines++) {
    const prompt = build(lines);
    // The format has no tail, or there are no more lines.
    if (prompt.tailLines < lines) break;
    const tokens = tree.cost(prompt.ids);
    if (tokens < least) [best, least] = [prompt, tokens];
  }
  return best;
}
