import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  IDS,
  LOG_POSITIONS,
  LOGIT_POSITIONS,
  LOGITS,
  nextState,
  type ModelGraph,
} from '../architecture/model-graph.ts';
import { buildModel } from '../architecture/build-model.ts';
import { BadInputError } from '../errors.ts';
import type { ModelPackage } from '../weights/package.ts';
import { KeyCache } from './key-cache.ts';
import { appendRows, gather, rowLength, scatter, type KeyPage, type PartVisitor } from './key-pages.ts';
import { keepRuntimePrivate } from './privacy.ts';
import { LogBuffers, type TokenLog } from './recurrence-log.ts';
import { runInPlace } from './run-in-place.ts';
import type { StateBuffer } from './sequence-state.ts';
import { allocateState, repeatState, SequenceState, stateLength } from './sequence-state.ts';

/** Spare memory of states and of logs, each in bytes: memory given back and taken again makes V8 collect garbage at every other request. */
const SPARE_BYTES = 8 * 2 ** 20;
/** Of states, whatever their size: one for the state being made and one for the state being left. */
const MIN_SPARE_STATES = 2;

/** Threads that wait for the next operator pause so many times as long between two looks: decoding a large model is 2 % faster (measured, 2 cores). */
const SPIN_BACKOFF = '64';

/** Which of a run's tokens to compute logits for: the head is the largest matrix of all. */
export type LogitSelection = 'none' | 'last' | 'all';

export interface Advanced {
  state: SequenceState;
  /** [positions, vocabulary]; of 'last', overwritten by the next run. */
  logits: Float32Array;
  /** Of the tokens from `logFrom` on. */
  log: TokenLog[];
}

/** Copies of a sequence that go on side by side, each by a token at a time. */
export interface Fork {
  state: StateBuffer;
  keys: KeyCache;
  /** Tokens that each has seen. */
  length: number;
}

export interface SessionOptions {
  /** Threads of one run. */
  threads: number;
  /** What error messages call the model; its folder by default. */
  source?: string;
}

/** A loaded model: advances a sequence's state by some tokens. One run at a time. */
export class ModelSession {
  /** Bytes of one sequence's state, but for the keys and values of its tokens. */
  readonly stateBytes: number;
  /** Bytes of a token's keys and values: none without attention. */
  readonly keyBytes: number;
  private readonly spare: StateBuffer[] = [];
  private readonly logs: LogBuffers;
  private readonly keys: KeyCache;
  private readonly lastLogits: Tensor;
  private readonly noLogits: Tensor;
  /** In place of projections of no token. */
  private readonly unwanted: readonly [name: string, nothing: null][];

  private constructor(
    private readonly source: string,
    private readonly graph: ModelGraph,
    private readonly session: InferenceSession,
    private readonly replayer: InferenceSession,
  ) {
    this.stateBytes = stateLength(graph.state) * Float32Array.BYTES_PER_ELEMENT;
    this.keyBytes = rowLength(graph.keys) * Float32Array.BYTES_PER_ELEMENT;
    this.logs = new LogBuffers(graph, SPARE_BYTES);
    this.keys = new KeyCache(graph.keys);
    this.lastLogits = this.logitsTensor(1);
    this.noLogits = this.logitsTensor(0);
    this.unwanted = graph.log.projections.map((name) => [name, null]);
  }

  /** Loads a model on the CPU provider. The weights file is mapped, and packed once more in memory by the runtime. */
  static async open(model: ModelPackage, { threads, source }: SessionOptions): Promise<ModelSession> {
    keepRuntimePrivate();
    const graph = buildModel(model.manifest);
    const options: InferenceSession.SessionOptions = {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // A plan for each number of tokens: 20 MB with the bundled model, for 3 % of its time.
      enableMemPattern: false,
      logSeverityLevel: 3,
      extra: {
        session: {
          model_external_initializers_file_folder_path: model.folder,
          intra_op: { spin_backoff_max: SPIN_BACKOFF },
        },
      },
    };
    const session = await InferenceSession.create(graph.bytes, options);
    const replayer = await InferenceSession.create(graph.replayBytes, { ...options, intraOpNumThreads: 1 });
    return new ModelSession(source ?? model.folder, graph, session, replayer);
  }

  get vocabularySize(): number {
    return this.graph.vocabularySize;
  }

  /** Bytes of one token's log. */
  get logBytes(): number {
    return this.logs.tokenBytes;
  }

  /** The state before the first token. */
  initialState(): SequenceState {
    const buffer = this.spare.pop();
    buffer?.values.fill(0);
    return this.own(0, buffer ?? allocateState(this.graph.state));
  }

  /** Bytes of a state after so many tokens, with their keys and values. */
  bytesAfter(tokens: number): number {
    return this.stateBytes + tokens * this.keyBytes;
  }

  /** All of a state in one piece, to be read only: as in {@link StateBuffer}, then the keys and values of its tokens. */
  valuesOf(state: SequenceState): Float32Array {
    const { values } = state.buffer;
    if (this.keyBytes === 0) return values;
    const all = new Float32Array(this.bytesAfter(state.length) / Float32Array.BYTES_PER_ELEMENT);
    all.set(values);
    gather(this.graph.keys, state.pages, state.length, all.subarray(values.length));
    return all;
  }

  /**
   * A state that was kept elsewhere.
   * @param length tokens that it has seen
   * @param values as {@link valuesOf} gives them; copied
   */
  stateFrom(length: number, values: Float32Array): SequenceState {
    const buffer = this.spare.pop() ?? allocateState(this.graph.state);
    const size = buffer.values.length;
    buffer.values.set(values.subarray(0, size));
    const pages = this.keyBytes === 0 ? [] : scatter(this.graph.keys, length, values.subarray(size));
    return this.own(length, buffer, pages);
  }

  /**
   * Advances a state by tokens; uses up the caller's reference to it (retain it before to keep it).
   * @param ids at least one token id.
   * @param logFrom the first of these tokens to be logged for {@link replay}; none by default
   * @throws BadInputError for an id outside the vocabulary; the reference is then not used up.
   */
  async advance(
    state: SequenceState,
    ids: readonly number[],
    selection: LogitSelection,
    logFrom = ids.length,
  ): Promise<Advanced> {
    this.checkIds(ids);
    const logged = ids.map((_, index) => index).slice(logFrom);
    const positions =
      selection === 'all' ? ids.map((_, index) => index) : selection === 'last' ? [ids.length - 1] : [];
    const logits =
      selection === 'all'
        ? this.logitsTensor(ids.length)
        : selection === 'last'
          ? this.lastLogits
          : this.noLogits;
    const feeds: Record<string, Tensor> = {
      [IDS]: integers(ids, [1, ids.length]),
      [LOGIT_POSITIONS]: integers(positions, [positions.length]),
      [LOG_POSITIONS]: integers(logged, [logged.length]),
    };
    const projections = logged.length > 0 ? this.logs.outputs(logged.length) : this.unwanted;
    const fetches = { [LOGITS]: logits, ...Object.fromEntries(projections) };
    const { keys } = this;
    const { length: from } = state;
    keys.load(state.pages, from, ids.length);
    keys.bind(from + ids.length, feeds, fetches);
    const next = await this.step(
      this.session,
      state,
      ids.length,
      feeds,
      fetches,
      (page, at, token, tokens) => {
        keys.store(page, at, token, tokens);
      },
    );
    keys.hold(next.pages, next.length);
    const log = this.logs.take(logged.length);
    this.logs.takeKeys(log, next.pages, next.length);
    return { state: next, logits: logits.data as Float32Array, log };
  }

  /**
   * Advances a state by tokens whose logs are known: the same bits as advancing by them, without any matrix product. Uses up the
   * caller's reference to the state.
   * @param log of at least one token, in their order, beginning with the one after the state
   */
  async replay(state: SequenceState, log: readonly TokenLog[]): Promise<SequenceState> {
    const { length: from } = state;
    const feeds = Object.fromEntries(this.logs.feeds(log));
    return this.step(this.replayer, state, log.length, feeds, {}, this.logs.keyWriter(log, from));
  }

  /** Copies of a state, to be advanced side by side; the caller keeps its reference. */
  fork(state: SequenceState, sequences: number): Fork {
    this.keys.load(state.pages, state.length, 0);
    return {
      state: repeatState(state.buffer, this.graph.state, sequences),
      keys: this.keys.repeat(sequences, 1),
      length: state.length,
    };
  }

  /**
   * Advances sequences by a token each, in place: one run reads the weights once for all of them.
   * @param ids a token for each sequence
   * @returns [sequences, vocabulary] logits of the tokens that follow
   */
  async advanceFork(fork: Fork, ids: readonly number[]): Promise<Float32Array> {
    this.checkIds(ids);
    const logits = this.logitsTensor(ids.length).reshape([ids.length, 1, this.vocabularySize]) as Tensor;
    const feeds: Record<string, Tensor> = {
      [IDS]: integers(ids, [ids.length, 1]),
      [LOGIT_POSITIONS]: integers([0], [1]),
      [LOG_POSITIONS]: integers([], [0]),
    };
    const fetches: Record<string, Tensor | null> = { [LOGITS]: logits, ...Object.fromEntries(this.unwanted) };
    for (const [name, tensor] of fork.state.tensors) feeds[name] = fetches[nextState(name)] = tensor;
    fork.keys.reserve(fork.length + 1);
    fork.keys.bind(fork.length + 1, feeds, fetches);
    await runInPlace(this.session, feeds, fetches);
    fork.keys.hold([], ++fork.length);
    return logits.data as Float32Array;
  }

  /** Takes logs back that nobody keeps any more. */
  recycle(logs: readonly TokenLog[]): void {
    for (const log of logs) this.logs.recycle(log);
  }

  async close(): Promise<void> {
    this.spare.length = 0;
    this.logs.clear();
    this.keys.clear();
    await this.session.release();
    await this.replayer.release();
  }

  /**
   * Runs a graph from a state to the next, and uses up a reference to the first.
   * @param writeKeys writes keys and values of the new tokens to a page
   */
  private async step(
    session: InferenceSession,
    state: SequenceState,
    tokens: number,
    feeds: Record<string, Tensor>,
    fetches: Record<string, Tensor | null>,
    writeKeys: PartVisitor,
  ): Promise<SequenceState> {
    const from = state.buffer;
    const to = state.isShared ? (this.spare.pop() ?? allocateState(this.graph.state)) : from;
    for (const [name, tensor] of from.tensors) feeds[name] = tensor;
    // Every output goes to memory that JavaScript owns: Electron's V8 allows no other.
    for (const [name, tensor] of to.tensors) fetches[nextState(name)] = tensor;
    await runInPlace(session, feeds, fetches);
    const length = state.length + tokens;
    const pages = appendRows(this.graph.keys, state.pages, state.length, length, writeKeys);
    state.take();
    return this.own(length, to, pages);
  }

  private own(length: number, buffer: StateBuffer, pages: readonly KeyPage[] = []): SequenceState {
    const recycle = (unused: StateBuffer): void => {
      const most = Math.max(MIN_SPARE_STATES, Math.floor(SPARE_BYTES / this.stateBytes));
      if (this.spare.length < most) this.spare.push(unused);
    };
    return new SequenceState(length, buffer, recycle, pages);
  }

  private logitsTensor(positions: number): Tensor {
    const size = this.vocabularySize;
    return new Tensor('float32', new Float32Array(positions * size), [1, positions, size]);
  }

  private checkIds(ids: readonly number[]): void {
    if (ids.length === 0) throw new Error('advance needs at least one token');
    const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= this.vocabularySize);
    if (wrong === undefined) return;
    throw new BadInputError({
      source: this.source,
      field: 'ids',
      expected: `token ids from 0 to ${this.vocabularySize - 1}`,
      found: String(wrong),
      action: 'Check that the ids come from the tokenizer of this model.',
    });
  }
}

function integers(values: readonly number[], shape: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
}
