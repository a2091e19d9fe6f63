const NONE: ReadonlySet<number> = new Set();

/**
 * The id of the largest logit; the lowest id among equals.
 * @param logits [vocabulary]
 * @param forbidden ids that are passed over, such as control tokens that do not end the text
 * @throws Error if nothing is left to choose from, or all logits are NaN: the model or its state is broken
 */
export function greedy(logits: Float32Array, forbidden: ReadonlySet<number> = NONE): number {
  let best = -1;
  let bestLogit = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id] ?? Number.NaN;
    // The set is only asked about ids that would win: some ten of 32,768.
    if ((logit > bestLogit || (best < 0 && logit === bestLogit)) && !forbidden.has(id)) {
      best = id;
      bestLogit = logit;
    }
  }
  if (best < 0) throw new Error(`No logit to choose from among ${logits.length}`);
  return best;
}
