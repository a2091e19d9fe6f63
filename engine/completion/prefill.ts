import type { ChunkSizer } from '../runtime/chunk-sizer.ts';
import type { ModelSession } from '../runtime/model-session.ts';
import type { SequenceState } from '../runtime/sequence-state.ts';
import type { CheckpointStore } from '../state/checkpoint-store.ts';

export interface Prefilled {
  /** The state after the prompt; the caller's to release. Undefined if cancelled on the way. */
  end: { state: SequenceState; logits: Float32Array } | undefined;
  /** Tokens whose state was known. */
  reused: number;
  /** Tokens that the model was advanced by. */
  advanced: number;
}

/** What computes a prompt's state and remembers it. */
export interface Prefiller {
  session: ModelSession;
  checkpoints: CheckpointStore;
  chunks: ChunkSizer;
}

/**
 * Advances to the end of a prompt from the deepest checkpoint that is a prefix of it, in chunks.
 * @param boundaries counts of tokens, ascending, at which a checkpoint is kept
 * @param isCancelled asked before every chunk; what was computed until then stays as a checkpoint
 */
export async function prefill(
  { session, checkpoints, chunks }: Prefiller,
  ids: readonly number[],
  boundaries: readonly number[],
  isCancelled: () => boolean,
): Promise<Prefilled> {
  const found = checkpoints.find(ids);
  const reused = found?.length ?? 0;
  let state = found?.state ?? session.initialState();
  let logits: Float32Array | undefined;
  try {
    while (state.length < ids.length) {
      if (isCancelled()) {
        if (state.length > reused) checkpoints.put(ids.slice(0, state.length), state);
        state.release();
        return { end: undefined, reused, advanced: state.length - reused };
      }
      const at = state.length;
      const stop = boundaries.find((boundary) => boundary > at && boundary < ids.length) ?? ids.length;
      const to = at + chunks.next(stop - at);
      const started = performance.now();
      const run = await session.advance(state, ids.slice(at, to), to === ids.length ? 'last' : 'none');
      chunks.record(to - at, performance.now() - started);
      ({ state, logits } = run);
      if (to === stop && stop < ids.length) checkpoints.put(ids.slice(0, stop), state);
    }
  } catch (error) {
    // A failed run may have left the state half written. Checkpoints are not: a state that is shared is never written to.
    state.release();
    throw error;
  }
  if (logits === undefined) throw new Error('a prompt needs at least one token');
  return { end: { state, logits }, reused, advanced: ids.length - reused };
}
