import type { FimFormatName } from '../../prompt/index.ts';
import type { ChoiceReason } from './measurement.ts';

/** What is known of a format when a choice is made. */
export interface Candidate {
  format: FimFormatName;
  /** A score for each place, in the same order for all: 0 nothing, 1 the first word, 2 all of it. */
  scores: readonly number[];
  keystrokeMs: number;
}

/** Chances that formats that are equal would differ as much: small at the end, smaller where it is asked after each place. */
const AT_THE_END = 0.05;
const ON_THE_WAY = 0.01;
const LEAST_SPANS = 12;
/** Of all places together: a model that gets next to nothing right gives nothing to compare. */
const LEAST_SCORE = 4;
/** Keystrokes that cost less than so many times as much, or so many ms more, cost the same. */
const AS_CHEAP = 1.25;
const AS_CHEAP_MS = 5;

/**
 * The sign test (Dixon and Mood 1946): how likely it is that two that are equal differ at least as much. Places at which both do the same
 * say nothing.
 */
export function signTest(one: readonly number[], other: readonly number[]): number {
  const pairs = one.slice(0, other.length).map((score, at) => Math.sign(score - (other[at] ?? 0)));
  const wins = pairs.filter((sign) => sign > 0).length;
  const losses = pairs.filter((sign) => sign < 0).length;
  const n = wins + losses;
  let term = 2 ** -n; // of the binomial distribution at a half
  let tail = 0;
  for (let k = 0; k <= Math.min(wins, losses); k++) {
    tail += term;
    term *= (n - k) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}

const sum = (scores: readonly number[]): number => scores.reduce((total, score) => total + score, 0);
const mean = ({ scores }: Candidate): number => (scores.length === 0 ? 0 : sum(scores) / scores.length);

/** The best so far; the usual one of equals. */
export function leaderOf(candidates: readonly Candidate[]): Candidate | undefined {
  let best = candidates[0];
  for (const candidate of candidates)
    if (best !== undefined && mean(candidate) > mean(best)) best = candidate;
  return best;
}

/** Those that are not clearly behind the best, and so worth more places. */
export function stillInTheRunning(candidates: readonly Candidate[]): Candidate[] {
  const leader = leaderOf(candidates);
  return candidates.filter(
    (candidate) => leader === undefined || signTest(leader.scores, candidate.scores) >= ON_THE_WAY,
  );
}

/**
 * Chooses among formats that were all tried at the same places.
 * @param candidates in the order of preference where nothing else tells
 * @param outOfTheRunning whether others were clearly behind before
 */
export function choose(
  candidates: readonly Candidate[],
  outOfTheRunning: boolean,
): { format: FimFormatName | undefined; why: ChoiceReason } {
  const leader = leaderOf(candidates);
  const spans = leader?.scores.length ?? 0;
  const isSettled = candidates.length === 1 && outOfTheRunning;
  if (leader === undefined || (spans < LEAST_SPANS && !isSettled) || sum(leader.scores) < LEAST_SCORE)
    return { format: undefined, why: 'too-few' };
  const rivals = candidates.filter(
    (candidate) => candidate === leader || signTest(leader.scores, candidate.scores) >= AT_THE_END,
  );
  if (rivals.length === 1) return { format: leader.format, why: 'better' };
  const cheapest = Math.min(...rivals.map(({ keystrokeMs }) => keystrokeMs));
  const limit = Math.max(cheapest * AS_CHEAP, cheapest + AS_CHEAP_MS);
  const cheap = rivals.filter(({ keystrokeMs }) => !(keystrokeMs > limit));
  const chosen = cheap[0] ?? leader;
  return { format: chosen.format, why: cheap.length < rivals.length ? 'cheaper' : 'alike' };
}
