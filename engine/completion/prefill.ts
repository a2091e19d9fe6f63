import type { Prompt } from '../prompt/index.ts';
import type { ChunkSizer } from '../runtime/chunk-sizer.ts';
import type { ModelSession } from '../runtime/model-session.ts';
import type { TokenLog } from '../runtime/recurrence-log.ts';
import type { SequenceState } from '../runtime/sequence-state.ts';
import type { CheckpointTree, Use } from '../state/checkpoint-tree.ts';
import { restore } from './restore.ts';
import type { Account } from './result.ts';

/** What a prefill needs to know of a prompt. */
export type PromptPlaces = Pick<Prompt, 'ids' | 'suffixEnd' | 'prefixStart' | 'prefixEnd' | 'cursor'>;

export interface Prefilled extends Pick<
  Account,
  'reusedTokens' | 'warmedTokens' | 'replayedTokens' | 'advancedTokens'
> {
  /** The state after the prompt; the caller's to release. Undefined if cancelled on the way. */
  end: { state: SequenceState; logits: Float32Array } | undefined;
}

/** What computes a prompt's state and remembers it. */
export interface Prefiller {
  session: ModelSession;
  tree: CheckpointTree;
  chunks: ChunkSizer;
  /** Tokens before the cursor whose logs are kept. */
  logTokens: number;
}

export interface PrefillOptions extends Use {
  /** Asked before every chunk; what was computed until then is kept. */
  isCancelled: () => boolean;
}

/** Tokens between two states of the prefix: replaying as many takes 3 ms with the bundled model. */
const STRIDE = 64;

/** Advances to the end of a prompt from the most that is known of it, in chunks. */
export async function prefill(
  { session, tree, chunks, logTokens }: Prefiller,
  prompt: PromptPlaces,
  options: PrefillOptions,
): Promise<Prefilled> {
  const { ids } = prompt;
  const { isCancelled } = options;
  if (ids.length === 0) throw new Error('a prompt needs at least one token');
  const found = tree.find(ids, options);
  const reused = found?.length ?? 0;
  const known = {
    reusedTokens: reused,
    warmedTokens: found?.warmed ?? 0,
    replayedTokens: found?.log.length ?? 0,
  };
  const logFrom = Math.max(prompt.cursor - logTokens, 0);
  // A suffix that stands behind the prefix is void with the next key.
  const logTo = prompt.suffixEnd > prompt.cursor ? prompt.cursor : ids.length;
  const boundaries = boundariesOf(prompt, logFrom);
  const restored = await restore(session, found, isCancelled);
  if (restored === undefined) return { end: undefined, ...known, advancedTokens: 0 };
  let state = restored;
  let logits = found?.logits;
  try {
    let log: TokenLog[] = [];
    while (state.length < ids.length) {
      if (isCancelled()) {
        if (state.length > reused) tree.put(ids.slice(0, state.length), options, { state, log });
        state.release();
        return { end: undefined, ...known, advancedTokens: state.length - reused };
      }
      const at = state.length;
      const stop = boundaries.find((boundary) => boundary > at) ?? ids.length;
      const to = at + chunks.next(stop - at);
      const started = performance.now();
      const run = await session.advance(
        state,
        ids.slice(at, to),
        to === ids.length ? 'last' : 'none',
        at < logTo ? Math.max(0, logFrom - at) : undefined,
      );
      chunks.record(to - at, performance.now() - started);
      ({ state, logits } = run);
      log.push(...run.log);
      if (to < stop) continue;
      // While a word is typed the same prompt comes again. Its end is a few tokens' replay away, where states are large.
      const kept = to < ids.length ? { state, log } : tree.isRoomy ? { state, log, logits } : { log, logits };
      tree.put(ids.slice(0, to), options, kept);
      log = [];
    }
  } catch (error) {
    // A failed run may have left the state half written. What is kept is not: a state that is shared is never written to.
    state.release();
    throw error;
  }
  if (logits === undefined) throw new Error('a prompt was known to its end without logits');
  return { end: { state, logits }, ...known, advancedTokens: ids.length - reused };
}

/**
 * Where states are kept on the way: the end of the suffix, which lasts until the text below the cursor changes; places of
 * the prefix at equal distances, which stay the same while it grows, and its end, from which other tails go on; and the last token
 * but one before the cursor, since what is typed next can change the last one. All others are replayed.
 */
function boundariesOf(
  { ids, suffixEnd, prefixStart, prefixEnd, cursor }: PromptPlaces,
  logFrom: number,
): number[] {
  const places = new Set([suffixEnd, logFrom, cursor - 1]);
  if (prefixEnd < cursor || suffixEnd > prefixEnd) places.add(prefixEnd);
  const first = prefixStart + Math.max(0, Math.ceil((logFrom - prefixStart) / STRIDE)) * STRIDE;
  for (let place = first; place < prefixEnd; place += STRIDE) places.add(place);
  return [...places].filter((place) => place > 0 && place < ids.length).sort((a, b) => a - b);
}
