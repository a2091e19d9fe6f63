import { InferenceSession, Tensor } from 'onnxruntime-node';
import { IDS, LOGIT_POSITIONS, LOGITS, nextState, type ModelGraph } from '../architecture/model-graph.ts';
import { buildMamba2 } from '../architecture/mamba2.ts';
import { BadInputError } from '../errors.ts';
import type { ModelPackage } from '../weights/package.ts';
import { keepRuntimePrivate } from './privacy.ts';
import { runInPlace } from './run-in-place.ts';
import type { StateBuffer } from './sequence-state.ts';
import { allocateState, SequenceState, stateLength } from './sequence-state.ts';

/** Spare buffers: one for the state being made and one for the state being left; more would only hold memory. */
const MAX_SPARE_BUFFERS = 2;

/** Which of a run's tokens to compute logits for: the head is the largest matrix of all. */
export type LogitSelection = 'none' | 'last' | 'all';

export interface Advanced {
  state: SequenceState;
  /** [positions, vocabulary]; of 'last', overwritten by the next run. */
  logits: Float32Array;
}

export interface SessionOptions {
  /** Threads of one run. */
  threads: number;
  /** What error messages call the model; its folder by default. */
  source?: string;
}

/** A loaded model: advances a sequence's state by some tokens. One run at a time. */
export class ModelSession {
  /** Bytes of one sequence's state. */
  readonly stateBytes: number;
  private readonly spare: StateBuffer[] = [];
  private readonly lastLogits: Tensor;
  private readonly noLogits: Tensor;

  private constructor(
    private readonly source: string,
    private readonly graph: ModelGraph,
    private readonly session: InferenceSession,
  ) {
    this.stateBytes = stateLength(graph.state) * Float32Array.BYTES_PER_ELEMENT;
    this.lastLogits = this.logitsTensor(1);
    this.noLogits = this.logitsTensor(0);
  }

  /** Loads a model on the CPU provider. The weights file is mapped, and packed once more in memory by the runtime. */
  static async open(model: ModelPackage, { threads, source }: SessionOptions): Promise<ModelSession> {
    keepRuntimePrivate();
    const graph = buildMamba2(model.manifest);
    const session = await InferenceSession.create(graph.bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      extra: { session: { model_external_initializers_file_folder_path: model.folder } },
    });
    return new ModelSession(source ?? model.folder, graph, session);
  }

  get vocabularySize(): number {
    return this.graph.vocabularySize;
  }

  /** The state before the first token. */
  initialState(): SequenceState {
    const buffer = this.spare.pop();
    buffer?.values.fill(0);
    return this.own(0, buffer ?? allocateState(this.graph.state));
  }

  /**
   * Advances a state by tokens; uses up the caller's reference to it (retain it before to keep it).
   * @param ids at least one token id.
   * @throws BadInputError for an id outside the vocabulary; the reference is then not used up.
   */
  async advance(state: SequenceState, ids: readonly number[], selection: LogitSelection): Promise<Advanced> {
    this.checkIds(ids);
    const from = state.buffer;
    const to = state.isShared ? (this.spare.pop() ?? allocateState(this.graph.state)) : from;
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
    };
    const fetches: Record<string, Tensor> = { [LOGITS]: logits };
    for (const [name, tensor] of from.tensors) feeds[name] = tensor;
    // Every output goes to memory that JavaScript owns: Electron's V8 allows no other.
    for (const [name, tensor] of to.tensors) fetches[nextState(name)] = tensor;
    await runInPlace(this.session, feeds, fetches);
    state.take();
    return { state: this.own(state.length + ids.length, to), logits: logits.data as Float32Array };
  }

  async close(): Promise<void> {
    this.spare.length = 0;
    await this.session.release();
  }

  private own(length: number, buffer: StateBuffer): SequenceState {
    return new SequenceState(length, buffer, (unused) => {
      if (this.spare.length < MAX_SPARE_BUFFERS) this.spare.push(unused);
    });
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
