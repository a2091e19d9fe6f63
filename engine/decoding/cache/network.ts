/** A small network that scores candidates: a linear part, and a hidden layer of rectified units. */
export interface Network {
  features: number;
  hidden: number;
  /** [features] */
  linear: readonly number[];
  /** [features, hidden] */
  weights: readonly number[];
  /** [hidden] */
  bias: readonly number[];
  /** [hidden] */
  out: readonly number[];
}

/** The scores of candidates of one place. @param x [candidates, features] */
export function scoresOf(network: Network, x: Float32Array, candidates: number): number[] {
  const { features, hidden, linear, weights, bias, out } = network;
  const common = Float64Array.from(bias);
  let commonScore = 0;
  const add = (sums: Float64Array, feature: number, value: number): number => {
    const row = feature * hidden;
    for (let unit = 0; unit < hidden; unit++)
      sums[unit] = (sums[unit] ?? 0) + (weights[row + unit] ?? 0) * value;
    return (linear[feature] ?? 0) * value;
  };
  // What all candidates have in common is added up once.
  const own: number[] = [];
  for (let feature = 0; feature < features; feature++) {
    const value = x[feature] ?? 0;
    let one = 1;
    while (one < candidates && x[one * features + feature] === value) one++;
    if (one < candidates) own.push(feature);
    else if (value !== 0) commonScore += add(common, feature, value);
  }
  const sums = new Float64Array(hidden);
  return Array.from({ length: candidates }, (_, one) => {
    sums.set(common);
    let score = commonScore;
    for (const feature of own) {
      const value = x[one * features + feature] ?? 0;
      if (value !== 0) score += add(sums, feature, value);
    }
    for (let unit = 0; unit < hidden; unit++) {
      const sum = sums[unit] ?? 0;
      if (sum > 0) score += sum * (out[unit] ?? 0);
    }
    return score;
  });
}
