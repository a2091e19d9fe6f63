import type { TokenLog } from '../runtime/recurrence-log.ts';
import type { SequenceState } from '../runtime/sequence-state.ts';

/** A place in the tree: the tokens from the root to here, and what is kept of it. */
export class CheckpointNode {
  readonly children = new Map<number, CheckpointNode>();
  /** The state after the tokens. */
  state: SequenceState | undefined;
  /** The model's output after the tokens, so that asking the same again advances by nothing. */
  logits: Float32Array | undefined;
  /** Logs of the edge's tokens: with the state before them they give every state on the way. */
  log: readonly TokenLog[] | undefined;
  /** The document that used it last. */
  document = '';
  /** Whether the edge was computed ahead and nobody has asked for it yet. */
  isWarmed = false;
  /** What has less goes first (see `CheckpointTree`). */
  statePriority = 0;
  logPriority = 0;

  constructor(
    public parent: CheckpointNode | undefined,
    /** Tokens from the parent to here; never empty but at the root. */
    public edge: readonly number[],
    /** Tokens from the root to here. */
    readonly depth: number,
  ) {}

  /** How many of the edge's tokens stand in `ids` where the edge lies. */
  matches(ids: readonly number[]): number {
    const start = this.depth - this.edge.length;
    const most = Math.min(this.edge.length, ids.length - start);
    let count = 0;
    while (count < most && this.edge[count] === ids[start + count]) count++;
    return count;
  }

  /** The node for these tokens, made where it is missing; called at a node whose tokens they begin with. */
  ensure(ids: readonly number[]): CheckpointNode {
    if (this.depth === ids.length) return this;
    const first = ids[this.depth] ?? -1;
    const child = this.children.get(first);
    if (child === undefined) {
      const leaf = new CheckpointNode(this, ids.slice(this.depth), ids.length);
      this.children.set(first, leaf);
      return leaf;
    }
    const matched = child.matches(ids);
    return (matched === child.edge.length ? child : child.split(matched)).ensure(ids);
  }

  /** Removes the node if nothing is kept of it and nothing follows, and then its parents likewise. */
  prune(): void {
    const { parent } = this;
    if (parent === undefined || this.children.size > 0) return;
    if (this.state !== undefined || this.log !== undefined) return;
    parent.children.delete(this.edge[0] ?? -1);
    this.parent = undefined;
    parent.prune();
  }

  /** Every node below this one. */
  *descendants(): Generator<CheckpointNode> {
    for (const child of this.children.values()) {
      yield child;
      yield* child.descendants();
    }
  }

  /** Cuts the edge after some of its tokens; returns the node at the cut, which then is this one's parent. */
  private split(at: number): CheckpointNode {
    const { parent, edge, log } = this;
    const middle = new CheckpointNode(parent, edge.slice(0, at), this.depth - edge.length + at);
    middle.log = log?.slice(0, at);
    middle.document = this.document;
    middle.isWarmed = this.isWarmed;
    middle.logPriority = this.logPriority;
    parent?.children.set(edge[0] ?? -1, middle);
    middle.children.set(edge[at] ?? -1, this);
    this.parent = middle;
    this.edge = edge.slice(at);
    this.log = log?.slice(at);
    return middle;
  }
}
