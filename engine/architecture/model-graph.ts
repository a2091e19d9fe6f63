import type { Dimension } from '../onnx/graph.ts';

/** Names of the graph's inputs and outputs that every architecture has. */
export const IDS = 'ids'; // int64 [batch, tokens]
export const LOGIT_POSITIONS = 'logit_positions'; // int64 [positions]: indices into this run's tokens
export const LOG_POSITIONS = 'log_positions'; // int64 [logged]: the same, of those whose projections are put out
export const LOGITS = 'logits'; // float32 [batch, positions, vocabulary]
/** The first output: a sequence, which keeps the runtime from copying the others (see `runtime/run-in-place.ts`). */
export const NO_COPY = 'no_copy';
/** The output that holds a state tensor after the run. */
export const nextState = (name: string): string => `next.${name}`;

/** The output that holds what a layer projects the logged tokens to; in the replay graph, the input of what is kept of that. */
export const projection = (layer: number): string => `projection.${layer}`;

/** A part of a sequence's state, float32. */
export interface StateTensor {
  name: string;
  /** [batch, …]. */
  shape: readonly [Dimension, ...number[]];
}

/** Where an attention run is told how long the sequences are with its tokens: the index of the last one, int32 [batch] … */
export const LAST_TOKEN = 'last_token';
/** … and the number of tokens, int32 []. Only models with attention have these inputs. */
export const TOTAL_TOKENS = 'total_tokens';

/** What attention layers keep of each token: as many rows as there are tokens, where a state's other tensors stay as they are. */
export interface KeyLayout {
  /** Of the inputs [batch, heads, capacity, headDim], whose next ones share their memory: keys and values of each layer. */
  names: readonly string[];
  heads: number;
  headDim: number;
}

export const NO_KEYS: KeyLayout = { names: [], heads: 0, headDim: 0 };

/** What a recurrence reads of each token: the last `projected` − `skipped` numbers of every projection. */
export interface LogLayout {
  /** Names of the outputs that hold what the layers project to, and of the replay graph's inputs. */
  projections: readonly string[];
  /** Numbers that a layer projects a token to. */
  projected: number;
  /** Of them, those at the front that the recurrence does not read. */
  skipped: number;
}

/** A model as ONNX Runtime takes it. */
export interface ModelGraph {
  /** The .onnx file; its large constants are ranges of the package's weights file. */
  bytes: Uint8Array;
  /** The .onnx file of the recurrences alone: from a state and what was logged of tokens to the state after them. */
  replayBytes: Uint8Array;
  state: readonly StateTensor[];
  keys: KeyLayout;
  log: LogLayout;
  vocabularySize: number;
}
