import type { ModelSession } from '../runtime/model-session.ts';
import type { TokenLog } from '../runtime/recurrence-log.ts';
import type { SequenceState } from '../runtime/sequence-state.ts';
import { TokenSteps } from './token-steps.ts';
import type { Branch, Writer } from './writer.ts';

/** Tokens that the model may be advanced by in all, to look for likelier lines. */
const MOST_TOKENS = 32;
/** Lines that are less likely are not looked for: no setting that leaves anything out shows them. */
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

export interface LineSearchResult {
  /** May go on below its first line. */
  best: Path;
  /** All that were written, the greedy one among them; what they have in common has the same logs. */
  paths: readonly Path[];
  /** Tokens that the model was advanced by. */
  tokens: number;
}

/**
 * Looks for a text whose first line is likelier as a whole than that of the text which greedy decoding gave. Best first: it goes on from
 * the likeliest beginning that was passed by, as long as that alone is likelier than the best line, since a line is never likelier than
 * its beginning (uniform-cost search; of a language model, Meister et al. 2020, "Best-First Beam Search").
 */
export async function likeliestLine(greedy: Path, search: LineSearch): Promise<LineSearchResult> {
  let best = greedy;
  const paths = [greedy];
  let tokens = 0;
  const open = greedy.writer.branches.map((branch) => ({ path: greedy, branch }));
  while (tokens < MOST_TOKENS && !search.isOver()) {
    open.sort((a, b) => a.branch.probability - b.branch.probability);
    const next = open.pop();
    const least = Math.max(LEAST_PROBABILITY, best.writer.lineProbability);
    if (next === undefined || next.branch.probability <= least) break;
    const path = await writeLine(next.path, next.branch, { ...search, least, most: MOST_TOKENS - tokens });
    const { writer } = path;
    paths.push(path);
    tokens += path.log.length - next.branch.at;
    open.push(...writer.branches.map((branch) => ({ path, branch })));
    if (writer.hasLine && writer.lineProbability > least && writer.text.trim() !== '') best = path;
  }
  return { best, paths, tokens };
}

/** Writes a text from a branch of another on, to the end of its first line, or until that is less likely than another, or too long. */
async function writeLine(
  from: Path,
  branch: Branch,
  { session, state, newWriter, isOver, least, most }: LineSearch & { least: number; most: number },
): Promise<Path> {
  const writer = newWriter();
  writer.take(from.writer, branch);
  const known = from.log.slice(0, branch.at);
  const steps = new TokenSteps(session, await stateAfter(session, state, known), undefined, true);
  const goesOn = (): boolean => writer.stop === undefined && !writer.hasLine && steps.ids.length < most;
  try {
    while (goesOn() && writer.lineProbability > least && !isOver())
      writer.push(writer.choose(await steps.push(writer.ids.at(-1) ?? 0)));
  } finally {
    steps.release();
  }
  return { writer, log: [...known, ...steps.log] };
}

/** The state after a prompt and tokens of which there are logs; the caller's. */
export async function stateAfter(
  session: ModelSession,
  prompt: SequenceState,
  log: readonly TokenLog[],
): Promise<SequenceState> {
  return log.length === 0 ? prompt.retain() : session.replay(prompt.retain(), log);
}
