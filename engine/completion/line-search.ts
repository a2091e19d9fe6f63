import type { ModelSession } from '../runtime/model-session.ts';
import type { TokenLog } from '../runtime/recurrence-log.ts';
import type { SequenceState } from '../runtime/sequence-state.ts';
import { TokenSteps } from './token-steps.ts';
import type { Branch, Writer } from './writer.ts';

/** Tokens that the model may be advanced by in all, to look for likelier lines. */
const MOST_TOKENS = 32;
/** What is less likely is not looked for: it is not shown at any setting. */
const LEAST_PROBABILITY = 0.05;

/** A text, and the logs of those of its tokens that the model was advanced by: all but the last. */
export interface Path {
  writer: Writer;
  log: readonly TokenLog[];
}

export interface LineSearch {
  session: ModelSession;
  /** The state after the prompt; the caller releases it. */
  state: SequenceState;
  newWriter: () => Writer;
  /** Whether to end with what there is. */
  isOver: () => boolean;
}

/** What was found, and what it has cost. */
export interface Found {
  best: Path;
  /** Tokens that the model was advanced by. */
  tokens: number;
  /** Logs that are no part of the best path. */
  unused: TokenLog[];
}

/**
 * Looks for a text whose first line is likelier as a whole than that of the text which greedy decoding gave. Best first: it goes on from
 * the likeliest beginning that was passed by, as long as that alone is likelier than the best line, since a line is never likelier than
 * its beginning (uniform-cost search; of a language model, Meister et al. 2020, "Best-First Beam Search").
 */
export async function likeliestLine(greedy: Path, search: LineSearch): Promise<Found> {
  let best = greedy;
  const paths = [greedy];
  let tokens = 0;
  const open = greedy.writer.branches.map((branch) => ({ path: greedy, branch }));
  while (tokens < MOST_TOKENS && !search.isOver()) {
    open.sort((a, b) => a.branch.probability - b.branch.probability);
    const next = open.pop();
    const least = Math.max(LEAST_PROBABILITY, best.writer.lineProbability);
    if (next === undefined || next.branch.probability <= least) break;
    const { path, isComplete } = await goOn(next.path, next.branch, least, search);
    paths.push(path);
    tokens += path.log.length - next.branch.at;
    open.push(...path.writer.branches.map((branch) => ({ path, branch })));
    if (isComplete && path.writer.text.trim() !== '') best = path;
  }
  const used = new Set(best.log);
  const unused = new Set(paths.flatMap(({ log }) => log.filter((one) => !used.has(one))));
  return { best, tokens, unused: [...unused] };
}

/** Writes a text from a branch of another on, until it is complete, or its first line is less likely than another. */
async function goOn(
  from: Path,
  branch: Branch,
  least: number,
  { session, state, newWriter, isOver }: LineSearch,
): Promise<{ path: Path; isComplete: boolean }> {
  const writer = newWriter();
  writer.take(from.writer, branch);
  const known = from.log.slice(0, branch.at);
  const reached = known.length === 0 ? state.retain() : await session.replay(state.retain(), known);
  const steps = new TokenSteps(session, reached, undefined, true);
  const isWorth = (): boolean => writer.lineProbability > least && !isOver();
  try {
    while (writer.stop === undefined && isWorth())
      writer.push(writer.choose(await steps.push(writer.ids.at(-1) ?? 0)));
  } finally {
    steps.release();
  }
  return {
    path: { writer, log: [...known, ...steps.log] },
    isComplete: writer.stop !== undefined && writer.lineProbability > least,
  };
}
