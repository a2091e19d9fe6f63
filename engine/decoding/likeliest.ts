/**
 * The ids of the largest logits, the largest first.
 * @param logits [vocabulary]
 * @param isAllowed which ids to choose from
 */
export function likeliest(logits: Float32Array, count: number, isAllowed: (id: number) => boolean): number[] {
  const best: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id] ?? NaN;
    const last = best[count - 1];
    // Few ids are better than the worst of the best so far; only those are asked about.
    if (last !== undefined && !(logit > (logits[last] ?? -Infinity))) continue;
    if (Number.isNaN(logit) || !isAllowed(id)) continue;
    let at = Math.min(best.length, count - 1);
    while (at > 0 && logit > (logits[best[at - 1] ?? -1] ?? Infinity)) at--;
    best.splice(at, 0, id);
    best.length = Math.min(best.length, count);
  }
  return best;
}
