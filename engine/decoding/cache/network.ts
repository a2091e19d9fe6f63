/** A small network that scores candidates: a linear part, and a hidden layer of rectified units. */
export interface Network {
  features: number;
  hidden: number;
  /** [features] */
  linear: readonly number[];
  /** [hidden, features] */
  weights: readonly number[];
  /** [hidden] */
  bias: readonly number[];
  /** [hidden] */
  out: readonly number[];
}

/** The score of one candidate. @param x [features] from `offset` on */
export function scoreOf(network: Network, x: Float32Array, offset = 0): number {
  const { features, hidden, linear, weights, bias, out } = network;
  const used = usedOf(x, offset, features);
  let score = 0;
  for (const at of used) score += (linear[at] ?? 0) * (x[offset + at] ?? 0);
  for (let unit = 0; unit < hidden; unit++) {
    let sum = bias[unit] ?? 0;
    for (const at of used) sum += (weights[unit * features + at] ?? 0) * (x[offset + at] ?? 0);
    if (sum > 0) score += sum * (out[unit] ?? 0);
  }
  return score;
}

/** Features that are not 0: few are of most candidates. */
export function usedOf(x: Float32Array, offset: number, features: number): number[] {
  const used: number[] = [];
  for (let at = 0; at < features; at++) if (x[offset + at] !== 0) used.push(at);
  return used;
}
