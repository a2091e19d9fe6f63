import type { SequenceState } from '../runtime/sequence-state.ts';

interface Checkpoint {
  ids: readonly number[];
  state: SequenceState;
  /** Order of the last use. */
  used: number;
}

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
   * @param stateBytes memory of one; at least one checkpoint is kept, whatever the budget
   */
  constructor(budgetBytes: number, stateBytes: number) {
    this.capacity = Math.max(1, Math.floor(budgetBytes / stateBytes));
  }

  get size(): number {
    return this.checkpoints.length;
  }

  /** The deepest checkpoint whose tokens begin `ids`, leaving at least one token to advance by. */
  find(ids: readonly number[]): FoundCheckpoint | undefined {
    let best: Checkpoint | undefined;
    for (const checkpoint of this.checkpoints) {
      const deeper = checkpoint.ids.length > (best?.ids.length ?? 0) && checkpoint.ids.length < ids.length;
      if (deeper && isPrefix(checkpoint.ids, ids)) best = checkpoint;
    }
    if (best === undefined) return undefined;
    best.used = ++this.clock;
    return { length: best.ids.length, state: best.state.retain() };
  }

  /** Keeps the state after `ids`; the least recently used checkpoint makes room. */
  put(ids: readonly number[], state: SequenceState): void {
    const known = this.checkpoints.find((kept) => kept.ids.length === ids.length && isPrefix(kept.ids, ids));
    if (known !== undefined) {
      known.used = ++this.clock;
      return;
    }
    while (this.checkpoints.length >= this.capacity) this.evict();
    this.checkpoints.push({ ids, state: state.retain(), used: ++this.clock });
  }

  clear(): void {
    for (const { state } of this.checkpoints) state.release();
    this.checkpoints = [];
  }

  private evict(): void {
    const oldest = this.checkpoints.reduce((least, other) => (other.used < least.used ? other : least));
    this.checkpoints = this.checkpoints.filter((kept) => kept !== oldest);
    oldest.state.release();
  }
}

/** From the end: prompts of one document share their beginnings, and differ near the cursor. */
function isPrefix(prefix: readonly number[], ids: readonly number[]): boolean {
  for (let at = prefix.length - 1; at >= 0; at--) if (prefix[at] !== ids[at]) return false;
  return true;
}
