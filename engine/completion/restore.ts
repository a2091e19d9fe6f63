import type { ModelSession } from '../runtime/model-session.ts';
import type { SequenceState } from '../runtime/sequence-state.ts';
import type { Found } from '../state/checkpoint-tree.ts';

/** Tokens that are replayed in one run: 3 ms with the bundled model, 0.4 s with Codestral Mamba. */
const MOST_AT_ONCE = 64;

/**
 * The state of what was found in the tree, its log replayed; the caller's to release.
 * @param isCancelled asked before each run; then undefined
 */
export async function restore(
  session: ModelSession,
  found: Found | undefined,
  isCancelled: () => boolean,
): Promise<SequenceState | undefined> {
  let state = found?.state ?? session.initialState();
  const log = found?.log ?? [];
  for (let at = 0; at < log.length; at += MOST_AT_ONCE) {
    if (isCancelled()) {
      state.release();
      return undefined;
    }
    state = await session.replay(state, log.slice(at, at + MOST_AT_ONCE));
  }
  return state;
}
