import { FEATURES } from '../../decoding/cache/features.ts';
import { scoresOf, type Network } from '../../decoding/cache/network.ts';
import type { Example } from './examples.ts';

const HIDDEN = 32;
const EPOCHS = 16;
const BATCH = 32;
const RATE = 0.004;
const DECAY = 1e-5;
/** Adam's (Kingma & Ba 2015). */
const [BETA1, BETA2, EPSILON] = [0.9, 0.98, 1e-8];

/** Parameters in one array: linear, weights, bias, out. */
const SIZES = [FEATURES, FEATURES * HIDDEN, HIDDEN, HIDDEN] as const;
const COUNT = SIZES.reduce((sum, size) => sum + size, 0);
const BIAS = FEATURES + FEATURES * HIDDEN;
const OUT = BIAS + HIDDEN;
const weightAt = (feature: number, unit: number): number => FEATURES + feature * HIDDEN + unit;

/** Of the places that greedy decoding does not come to, so many count: there is less to learn from the others alone. */
const UNREACHED_SHARE = 0.15;

/**
 * Fits a network to texts, first to all their places, then to those that greedy decoding with the first fit comes to, since hardly
 * anywhere else is the network asked: where everything before was right, more is right than elsewhere.
 */
export function fitReached(texts: readonly (readonly Example[])[], random: () => number): Network {
  const first = fitNetwork(texts.flat(), random);
  const kept = texts.flatMap((text) => {
    const { length } = reached(first, text);
    return text.filter((_, at) => at < length || random() < UNREACHED_SHARE);
  });
  return fitNetwork(kept, random);
}

/** Fits a network by the likelihood of the right candidates: softmax over each example's candidates, Adam, the rate falling to zero. */
export function fitNetwork(examples: readonly Example[], random: () => number): Network {
  const parameters = Float64Array.from({ length: COUNT }, (_, at) =>
    at < FEATURES ? 0 : at < BIAS ? (random() - 0.5) * 0.6 : at < OUT ? 0 : (random() - 0.5) * 0.6,
  );
  const gradient = new Float64Array(COUNT);
  const mean = new Float64Array(COUNT);
  const square = new Float64Array(COUNT);
  const order = examples.map((_, at) => at);
  const steps = Math.ceil(examples.length / BATCH) * EPOCHS;
  let step = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let at = order.length - 1; at > 0; at--) {
      const other = Math.floor(random() * (at + 1));
      [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
    }
    for (let from = 0; from < order.length; from += BATCH) {
      gradient.fill(0);
      const batch = order.slice(from, from + BATCH);
      for (const index of batch) {
        const one = examples[index];
        if (one !== undefined) addGradient(parameters, one, gradient);
      }
      step++;
      const rate = RATE * (1 - step / (steps + 1));
      for (let at = 0; at < COUNT; at++) {
        const slope = (gradient[at] ?? 0) / batch.length + DECAY * (parameters[at] ?? 0);
        mean[at] = BETA1 * (mean[at] ?? 0) + (1 - BETA1) * slope;
        square[at] = BETA2 * (square[at] ?? 0) + (1 - BETA2) * slope * slope;
        const unbiased = (mean[at] ?? 0) / (1 - BETA1 ** step);
        const spread = Math.sqrt((square[at] ?? 0) / (1 - BETA2 ** step));
        parameters[at] = (parameters[at] ?? 0) - (rate * unbiased) / (spread + EPSILON);
      }
    }
  }
  return networkOf(parameters);
}

/** The places of a text that greedy decoding comes to: up to the first at which another token is chosen. */
export function reached(network: Network, text: readonly Example[]): readonly Example[] {
  const missed = text.findIndex((example) => !isRight(network, example));
  return missed < 0 ? text : text.slice(0, missed + 1);
}

/** Mean bits of the right candidates, and the share of examples whose first candidate is right. */
export function rate(network: Network, examples: readonly Example[]): { bits: number; right: number } {
  let bits = 0;
  for (const example of examples) {
    const scores = scoresIn(network, example);
    const own = scores[example.right] ?? 0;
    bits += Math.log2(scores.reduce((sum, score) => sum + Math.exp(score - own), 0));
  }
  const count = Math.max(1, examples.length);
  return { bits: bits / count, right: examples.filter((one) => isRight(network, one)).length / count };
}

/** What stands for all other tokens, the last candidate, is never chosen. */
function isRight(network: Network, example: Example): boolean {
  const scores = scoresIn(network, example);
  scores.pop();
  const own = scores[example.right];
  return own !== undefined && scores.every((score) => score <= own);
}

function scoresIn(network: Network, { features, candidates }: Example): number[] {
  return scoresOf(network, features, candidates);
}

/** Features that are not 0: few are of most candidates. */
function usedOf(x: Float32Array, offset: number): number[] {
  const used: number[] = [];
  for (let at = 0; at < FEATURES; at++) if (x[offset + at] !== 0) used.push(at);
  return used;
}

function addGradient(
  p: Float64Array,
  { features: x, candidates, right }: Example,
  gradient: Float64Array,
): void {
  const used = Array.from({ length: candidates }, (_, one) => usedOf(x, one * FEATURES));
  const active = new Float64Array(candidates * HIDDEN);
  const scores = new Float64Array(candidates);
  for (let one = 0; one < candidates; one++) {
    const base = one * FEATURES;
    const own = used[one] ?? [];
    let score = 0;
    for (const at of own) score += (p[at] ?? 0) * (x[base + at] ?? 0);
    for (let unit = 0; unit < HIDDEN; unit++) {
      let sum = p[BIAS + unit] ?? 0;
      for (const at of own) sum += (p[weightAt(at, unit)] ?? 0) * (x[base + at] ?? 0);
      if (sum <= 0) continue;
      active[one * HIDDEN + unit] = sum;
      score += sum * (p[OUT + unit] ?? 0);
    }
    scores[one] = score;
  }
  const largest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = scores.reduce((total, score) => total + Math.exp(score - largest), 0);
  for (let one = 0; one < candidates; one++) {
    const slope = Math.exp((scores[one] ?? 0) - largest) / sum - (one === right ? 1 : 0);
    if (Math.abs(slope) < 1e-5) continue;
    const base = one * FEATURES;
    const own = used[one] ?? [];
    for (const at of own) gradient[at] = (gradient[at] ?? 0) + slope * (x[base + at] ?? 0);
    for (let unit = 0; unit < HIDDEN; unit++) {
      const value = active[one * HIDDEN + unit] ?? 0;
      if (value <= 0) continue;
      gradient[OUT + unit] = (gradient[OUT + unit] ?? 0) + slope * value;
      const through = slope * (p[OUT + unit] ?? 0);
      gradient[BIAS + unit] = (gradient[BIAS + unit] ?? 0) + through;
      for (const at of own) {
        const weight = weightAt(at, unit);
        gradient[weight] = (gradient[weight] ?? 0) + through * (x[base + at] ?? 0);
      }
    }
  }
}

function networkOf(parameters: Float64Array): Network {
  const part = (from: number, size: number): number[] =>
    Array.from(parameters.subarray(from, from + size), rounded);
  return {
    features: FEATURES,
    hidden: HIDDEN,
    linear: part(0, FEATURES),
    weights: part(FEATURES, FEATURES * HIDDEN),
    bias: part(BIAS, HIDDEN),
    out: part(OUT, HIDDEN),
  };
}

/** As exact as a weight needs to be written down. */
export const rounded = (value: number): number => Number(value.toFixed(4));
