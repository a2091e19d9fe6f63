import type { Dimension } from '../onnx/graph.ts';

/** Names of the graph's inputs and outputs that every architecture has. */
export const IDS = 'ids'; // int64 [batch, tokens]
export const LOGIT_POSITIONS = 'logit_positions'; // int64 [positions]: indices into this run's tokens
export const LOGITS = 'logits'; // float32 [batch, positions, vocabulary]
/** The first output: a sequence, which keeps the runtime from copying the others (see `runtime/run-in-place.ts`). */
export const NO_COPY = 'no_copy';
/** The output that holds a state tensor after the run. */
export const nextState = (name: string): string => `next.${name}`;

/** The output that holds what a layer projects its input to; in the replay graph, the input of what is kept of that. */
export const projection = (layer: number): string => `projection.${layer}`;

/** A part of a sequence's state, float32. */
export interface StateTensor {
  name: string;
  /** [batch, …]. */
  shape: readonly [Dimension, ...number[]];
}

/** What a recurrence reads of each token: the last `projected` − `skipped` numbers of every layer's projection. */
export interface LogLayout {
  layers: number;
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
  log: LogLayout;
  vocabularySize: number;
}
