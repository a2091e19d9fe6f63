import type { KeyPage } from '../runtime/key-pages.ts';
import type { TokenLog } from '../runtime/recurrence-log.ts';
import type { SequenceState } from '../runtime/sequence-state.ts';
import { CheckpointNode } from './checkpoint-node.ts';

/** What replaying a token costs, advancing by it being 1 (0.5 at the bundled model's size, 0.25 at Codestral's layer shape). */
const REPLAY_COST = 0.4;
/** States that are kept whatever the budget: the end of the suffix, a line's start and the place before the cursor. */
const MIN_STATES = 3;
/** With room for so many, states are kept where logs would do. */
const ROOMY_STATES = 32;

export interface Sizes {
  /** Most memory of everything that is kept, of all documents together, in bytes. */
  budgetBytes: number;
  /** Of a state, but for the keys and values of its tokens. */
  stateBytes: number;
  /** Of the keys and values of the longest prompt, which states on its way share. */
  promptBytes?: number;
  /** Of one token. */
  logBytes: number;
}

/** Who uses the tree. */
export interface Use {
  document: string;
  /** Whether nobody waits for it. */
  isWarming: boolean;
}

/** What is known of the beginning of a prompt; whoever asked releases the state. */
export interface Found {
  /** Tokens that the state has seen, with the log's. */
  length: number;
  /** Undefined for the state before the first token. */
  state: SequenceState | undefined;
  /** Of the tokens between the state and `length`, to be replayed. */
  log: readonly TokenLog[];
  /** If `length` is all of the prompt. */
  logits: Float32Array | undefined;
  /** Of `length`, the tokens that were computed ahead and not asked for until now. */
  warmed: number;
}

/** What to keep of a token sequence. */
export interface Kept {
  /** After all of the tokens; kept by reference. */
  state?: SequenceState;
  /** Of the last tokens. */
  log?: readonly TokenLog[];
  logits?: Float32Array;
}

/**
 * States of token sequences: a radix tree (as SGLang's, Zheng et al. 2024, arXiv 2312.07104) of checkpoints and of the logs from
 * which the states between them are replayed. A recurrent state cannot be cut back, so what a later prompt may share has
 * to be kept while it is passed.
 *
 * What goes first is what is cheap to compute again for each of its bytes and was not used lately: GreedyDual-Size (Cao and Irani
 * 1997), the cost in tokens (as Marconi's, Pan et al. 2024, arXiv 2411.19379). Any node's state or log may go; the others stay of use.
 */
export class CheckpointTree {
  private readonly root = new CheckpointNode(undefined, [], 0);
  private readonly budget: number;
  /** Rises to the priority of whatever was dropped last, so that what is not used grows old. */
  private clock = 0;
  private used = 0;
  /** By how many states each page of keys and values is kept: it counts once. */
  private readonly pages = new Map<KeyPage, number>();

  /** @param recycle takes logs that are not kept any more */
  constructor(
    private readonly sizes: Sizes,
    private readonly recycle: (log: readonly TokenLog[]) => void = () => undefined,
  ) {
    const { budgetBytes, stateBytes, promptBytes = 0 } = sizes;
    this.budget = Math.max(budgetBytes, MIN_STATES * stateBytes + promptBytes);
  }

  /** Bytes of everything that is kept. */
  get bytes(): number {
    return this.used;
  }

  /** Whether a state more or less does not matter. */
  get isRoomy(): boolean {
    return this.budget >= ROOMY_STATES * this.sizes.stateBytes;
  }

  /**
   * As {@link look}, and all on the way counts as used: the end of the suffix is needed as long as its document is, though deeper
   * ones hide it.
   */
  find(ids: readonly number[], { document, isWarming }: Use): Found | undefined {
    const { nodes } = this.path(ids);
    this.touch(nodes, document);
    const found = this.look(ids);
    // What was computed ahead is said once, to whoever asks.
    if (found !== undefined && !isWarming) for (const node of nodes) node.isWarmed = false;
    return found;
  }

  /**
   * The most that is known of these tokens: all of them only with logits, since there has to be something to advance by.
   * @param isShort whether the last token is to be left out in any case
   */
  look(ids: readonly number[], isShort = false): Found | undefined {
    const path = this.path(ids);
    const { anchor, log, logits } = restorable(ids, path, isShort);
    const length = (anchor?.depth ?? 0) + log.length;
    if (length === 0) return undefined;
    let warmed = 0;
    for (const node of path.nodes) {
      if (node.isWarmed)
        warmed += Math.max(0, Math.min(node.depth, length) - (node.depth - node.edge.length));
    }
    return { length, state: anchor?.state?.retain(), log, logits, warmed };
  }

  /** What a prompt would cost, in tokens to advance by; looking is no use of anything. */
  cost(ids: readonly number[]): number {
    const { anchor, log } = restorable(ids, this.path(ids));
    return ids.length - (anchor?.depth ?? 0) - (1 - REPLAY_COST) * log.length;
  }

  /** Keeps something of these tokens; what is there already stays as it is. */
  put(ids: readonly number[], { document, isWarming }: Use, { state, log, logits }: Kept): void {
    const known = this.path(ids).matched;
    const node = this.root.ensure(ids);
    if (log !== undefined && log.length > 0) this.putLog(ids, log);
    if (state !== undefined && node.state === undefined && node !== this.root) {
      node.state = state.retain();
      this.used += this.sizes.stateBytes;
      for (const page of state.pages) {
        const keepers = this.pages.get(page) ?? 0;
        this.pages.set(page, keepers + 1);
        if (keepers === 0) this.used += page.values.byteLength;
      }
    }
    const isKept = node.state !== undefined || node.log !== undefined;
    if (logits !== undefined && node.logits === undefined && isKept) {
      node.logits = logits.slice();
      this.used += logits.byteLength;
    }
    const { nodes } = this.path(ids);
    for (const passed of nodes) if (passed.depth > known) passed.isWarmed = isWarming;
    this.touch(nodes, document);
    node.prune();
    this.evict(node);
  }

  /** Lets go of what only this document has used lately. */
  drop(document: string): void {
    for (const node of [...this.root.descendants()]) if (node.document === document) this.release(node);
  }

  clear(): void {
    for (const node of [...this.root.descendants()]) this.release(node);
  }

  /** Attaches logs to the edges that the last tokens lie on. */
  private putLog(ids: readonly number[], log: readonly TokenLog[]): void {
    const start = ids.length - log.length;
    // The log begins at a node of its own.
    this.root.ensure(ids.slice(0, start));
    for (const node of this.path(ids).nodes) {
      const from = node.depth - node.edge.length;
      if (from < start) continue;
      const part = log.slice(from - start, node.depth - start);
      if (node.log !== undefined) {
        this.recycle(part);
        continue;
      }
      node.log = part;
      this.used += node.edge.length * this.sizes.logBytes;
    }
  }

  /** The nodes that begin with the tokens of `ids`, from the root down; of the last one perhaps only a part of the edge. */
  private path(ids: readonly number[]): Path {
    const nodes: CheckpointNode[] = [];
    let node = this.root;
    let matched = 0;
    while (matched === node.depth && matched < ids.length) {
      const child = node.children.get(ids[matched] ?? -1);
      if (child === undefined) break;
      matched += child.matches(ids);
      nodes.push(child);
      node = child;
    }
    return { nodes, matched };
  }

  private touch(nodes: readonly CheckpointNode[], document: string): void {
    const { stateBytes, logBytes } = this.sizes;
    // The end of a prompt, which has logits, is of use to the same prompt alone; the text before the cursor goes on from here.
    const deepest = nodes.findLast(({ state, logits }) => state !== undefined && logits === undefined);
    let anchor = 0;
    let restorableTo = 0;
    // The last state that no log leads to.
    let solid = 0;
    for (const node of nodes) {
      const isReplayable = node.log !== undefined && restorableTo === node.depth - node.edge.length;
      // When the logs have gone, which take more memory, the deepest state is what is left of a document.
      const replayCost = node === deepest ? node.depth - solid : REPLAY_COST * (node.depth - anchor);
      const cost = isReplayable ? replayCost : node.depth - restorableTo;
      node.document = document;
      node.logPriority = this.clock + (1 - REPLAY_COST) / logBytes;
      node.statePriority = this.clock + cost / stateBytes;
      if (node.state !== undefined && !isReplayable) solid = node.depth;
      if (node.state !== undefined) anchor = restorableTo = node.depth;
      else if (isReplayable) restorableTo = node.depth;
    }
  }

  /** @param newest its state stays: the next request is likely to go on from it, though little was computed for it */
  private evict(newest: CheckpointNode): void {
    while (this.used > this.budget) {
      let least: { node: CheckpointNode; priority: number; isState: boolean } | undefined;
      for (const node of this.root.descendants()) {
        for (const isState of [true, false]) {
          if ((isState ? node.state : node.log) === undefined || (isState && node === newest)) continue;
          const priority = isState ? node.statePriority : node.logPriority;
          if (least === undefined || priority < least.priority) least = { node, priority, isState };
        }
      }
      if (least === undefined) return;
      this.clock = Math.max(this.clock, least.priority);
      if (least.isState) this.dropState(least.node);
      else this.dropLog(least.node);
      least.node.prune();
    }
  }

  private release(node: CheckpointNode): void {
    this.dropState(node);
    this.dropLog(node);
    node.prune();
  }

  private dropState(node: CheckpointNode): void {
    if (node.state === undefined) return;
    for (const page of node.state.pages) {
      const keepers = this.pages.get(page) ?? 0;
      if (keepers > 1) this.pages.set(page, keepers - 1);
      else if (this.pages.delete(page)) this.used -= page.values.byteLength;
    }
    node.state.release();
    node.state = undefined;
    this.used -= this.sizes.stateBytes;
    if (node.log === undefined) this.dropLogits(node);
  }

  private dropLog(node: CheckpointNode): void {
    if (node.log === undefined) return;
    this.recycle(node.log);
    node.log = undefined;
    this.used -= node.edge.length * this.sizes.logBytes;
    if (node.state === undefined) this.dropLogits(node);
  }

  private dropLogits(node: CheckpointNode): void {
    this.used -= node.logits?.byteLength ?? 0;
    node.logits = undefined;
  }
}

interface Path {
  nodes: readonly CheckpointNode[];
  /** Tokens of `ids` that lie on it. */
  matched: number;
}

/** From a path, the deepest state and the unbroken log after it that together lead furthest. */
function restorable(
  ids: readonly number[],
  { nodes, matched }: Path,
  isShort = false,
): { anchor: CheckpointNode | undefined; log: TokenLog[]; logits: Float32Array | undefined } {
  const end = nodes.at(-1);
  const isWhole = end?.depth === ids.length && matched === ids.length && !isShort;
  const logits = isWhole ? end.logits : undefined;
  const most = logits === undefined ? ids.length - 1 : ids.length;
  const find = (limit: number): { anchor: CheckpointNode | undefined; log: TokenLog[] } => {
    let anchor: CheckpointNode | undefined;
    let log: TokenLog[] = [];
    let isBroken = false;
    for (const node of nodes) {
      const to = Math.min(node.depth, limit, matched);
      if (node.state !== undefined && node.depth === to) {
        [anchor, log, isBroken] = [node, [], false];
        continue;
      }
      isBroken ||= node.log === undefined;
      if (isBroken) continue;
      const from = node.depth - node.edge.length;
      for (const one of node.log?.slice(0, Math.max(0, to - from)) ?? []) log.push(one);
    }
    return { anchor, log };
  };
  const all = find(most);
  if (logits === undefined || (all.anchor?.depth ?? 0) + all.log.length === ids.length)
    return { ...all, logits };
  return { ...find(ids.length - 1), logits: undefined };
}
