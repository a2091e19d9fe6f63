import type { SequenceState } from '../runtime/sequence-state.ts';

interface Checkpoint {
  ids: readonly number[];
  state: SequenceState;
  /** The request that used it last. */
  used: number;
  /** Tokens to compute it again from the deepest checkpoint before it, when it was put. */
  cost: number;
}

const MIN_CHECKPOINTS = 3;

/** A checkpoint that was found; whoever asked releases the state. */
export interface FoundCheckpoint {
  /** Tokens that the state has seen. */
  length: number;
  state: SequenceState;
}

/**
 * States of token sequences, kept by reference within a byte budget shared by all documents. A recurrent state cannot be cut
 * back, so what a later prompt may share has to be kept while it is passed.
 */
export class CheckpointStore {
  private checkpoints: Checkpoint[] = [];
  private clock = 0;
  private readonly capacity: number;

  /**
   * @param budgetBytes most memory of all checkpoints together
   * @param stateBytes memory of one; three checkpoints are kept whatever the budget, which a prompt's three boundaries need
   */
  constructor(budgetBytes: number, stateBytes: number) {
    this.capacity = Math.max(MIN_CHECKPOINTS, Math.floor(budgetBytes / stateBytes));
  }

  get size(): number {
    return this.checkpoints.length;
  }

  /**
   * The deepest checkpoint whose tokens begin `ids`, leaving at least one token to advance by. Every checkpoint on the way to it
   * counts as used: the end of the suffix is needed as long as its document is, though deeper ones hide it.
   */
  find(ids: readonly number[]): FoundCheckpoint | undefined {
    this.clock++;
    let best: Checkpoint | undefined;
    for (const checkpoint of this.checkpoints) {
      if (checkpoint.ids.length >= ids.length || !isPrefix(checkpoint.ids, ids)) continue;
      checkpoint.used = this.clock;
      if (best === undefined || checkpoint.ids.length > best.ids.length) best = checkpoint;
    }
    return best && { length: best.ids.length, state: best.state.retain() };
  }

  /** Tokens of the deepest checkpoint that {@link find} would give; looking is no use of it. */
  depth(ids: readonly number[]): number {
    let depth = 0;
    for (const { ids: kept } of this.checkpoints) {
      if (kept.length > depth && kept.length < ids.length && isPrefix(kept, ids)) depth = kept.length;
    }
    return depth;
  }

  /** Keeps the state after `ids`. The least recently used checkpoint makes room, and of several the one that is cheapest to compute. */
  put(ids: readonly number[], state: SequenceState): void {
    let before = 0;
    for (const checkpoint of this.checkpoints) {
      if (checkpoint.ids.length > ids.length || !isPrefix(checkpoint.ids, ids)) continue;
      if (checkpoint.ids.length === ids.length) {
        checkpoint.used = this.clock;
        return;
      }
      before = Math.max(before, checkpoint.ids.length);
    }
    while (this.checkpoints.length >= this.capacity) this.evict();
    this.checkpoints.push({ ids, state: state.retain(), used: this.clock, cost: ids.length - before });
  }

  clear(): void {
    for (const { state } of this.checkpoints) state.release();
    this.checkpoints = [];
  }

  private evict(): void {
    const oldest = this.checkpoints.reduce((least, other) =>
      other.used < least.used || (other.used === least.used && other.cost < least.cost) ? other : least,
    );
    this.checkpoints = this.checkpoints.filter((kept) => kept !== oldest);
    oldest.state.release();
  }
}

/** From the end: prompts of one document share their beginnings, and differ near the cursor. */
function isPrefix(prefix: readonly number[], ids: readonly number[]): boolean {
  for (let at = prefix.length - 1; at >= 0; at--) if (prefix[at] !== ids[at]) return false;
  return true;
}
