import { likeliest } from '../likeliest.ts';
import { Evidence } from './evidence.ts';
import { describe, FEATURES, type Line } from './features.ts';
import type { LineEncoder } from './line-encoder.ts';
import { scoresOf, type Network } from './network.ts';
import type { TokenKinds } from './token-kinds.ts';

/** Of the model's distribution, so many tokens are candidates. */
const MODEL_CANDIDATES = 16;
/** Of each source of text, at most so many. */
const MOST_FOUND = 64;
/** What stands for all tokens that are no candidates. */
export const REST = -1;

/** What may come next. */
export interface Candidates {
  ids: number[];
  /** [candidates, features] */
  features: Float32Array;
}

/** Probabilities of candidates, {@link REST} among them; they sum up to 1. */
export interface Mixed {
  ids: readonly number[];
  probabilities: readonly number[];
}

/** How a model's tokens are read where it is mixed with text. */
export interface Reading {
  encoder: LineEncoder;
  /** Tokens that text is not made of. */
  forbidden: ReadonlySet<number>;
  endIds: readonly number[];
}

export interface Asked {
  /** The model's probabilities of what is allowed; undefined where there is no model. [vocabulary] */
  model: Float32Array | undefined;
  file: Evidence;
  project: Evidence;
  /** How often tokens stand in the file. */
  counts: Uint16Array;
  kinds: TokenKinds;
  line: Line;
  /** Undefined if any token is. */
  isAllowed: ((id: number) => boolean) | undefined;
}

/** The candidates of one place with all that is known of them. */
export function candidatesOf(
  { model, file, project, counts, kinds, line, isAllowed }: Asked,
  lineEnd: number,
): Candidates {
  const top = model === undefined ? [] : likeliest(model, MODEL_CANDIDATES, (id) => (model[id] ?? 0) > 0);
  const ids = new Set(top);
  for (const { ids: found } of [file, project])
    for (const id of found.slice(0, MOST_FOUND)) if (isAllowed === undefined || isAllowed(id)) ids.add(id);
  let rest = 1;
  if (model !== undefined) for (const id of ids) rest -= model[id] ?? 0;
  const all = [...ids, REST];
  const features = new Float32Array(all.length * FEATURES);
  const modelTop = model?.[top[0] ?? -1] ?? 0;
  all.forEach((id, index) => {
    const probability = model === undefined ? undefined : id === REST ? rest : (model[id] ?? 0);
    describe(
      features,
      index * FEATURES,
      { file, project, modelTop, lineEnd, kinds, line },
      id,
      probability,
      counts[id] ?? 0,
    );
  });
  return { ids: all, features };
}

/**
 * The model's probabilities of what is allowed, with line ends read as the text has them.
 * @param source logits [vocabulary]
 * @param isOneLine whether the text ends with its line: then the model's end of text and an end of line are the same
 * @throws Error if all logits are NaN: the model or its state is broken
 */
export function probabilitiesOf(
  source: Float32Array,
  isAllowed: Asked['isAllowed'],
  isOneLine: boolean,
  { encoder, forbidden, endIds }: Reading,
): Float32Array {
  const all = new Float32Array(source.length);
  // Of a word that stands there already, even the likeliest token that continues it may be next to impossible.
  const [best = -1] = likeliest(source, 1, isAllowed ?? (() => true));
  const largest = source[best] ?? -Infinity;
  if (largest === -Infinity) throw new Error(`No logit to choose from among ${source.length}`);
  for (let id = 0; id < all.length; id++) {
    const below = (source[id] ?? -Infinity) - largest;
    // e^-20 is nothing.
    if (below > -20) all[id] = Math.exp(below);
  }
  for (const id of forbidden) all[id] = 0;
  const move = (from: number, to: number): void => {
    if (from === to) return;
    all[to] = (all[to] ?? 0) + (all[from] ?? 0);
    all[from] = 0;
  };
  if (isAllowed !== undefined)
    for (let id = 0; id < all.length; id++) if ((all[id] ?? 0) > 0 && !isAllowed(id)) all[id] = 0;
  if (isOneLine) {
    for (const id of endIds) move(id, encoder.newline);
    for (const id of encoder.newlineIds) move(id, encoder.partsOf(id)[0] ?? id);
  } else for (const id of endIds) move(id, endIds[0] ?? id);
  let sum = 0;
  for (const value of all) sum += value;
  if (sum > 0) for (let id = 0; id < all.length; id++) all[id] = (all[id] ?? 0) / sum;
  return all;
}

/** Mixes what the model and the text around say of the candidates. */
export function mix({ ids, features }: Candidates, network: Network): Mixed {
  const scores = scoresOf(network, features, ids.length);
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return { ids, probabilities: powers.map((power) => power / sum) };
}
