import { Tensor } from 'onnxruntime-node';
import type { StateTensor } from '../architecture/model-graph.ts';
import type { KeyPage } from './key-pages.ts';

/** The memory of one sequence's state, or of several sequences' side by side: one allocation, with a tensor over each part of it. */
export interface StateBuffer {
  /** Every state tensor one after the other, in the graph's order. */
  values: Float32Array;
  /** The graph's state tensors, as views of `values`. */
  tensors: ReadonlyMap<string, Tensor>;
}

/** Elements of a state of one sequence. */
export function stateLength(layout: readonly StateTensor[]): number {
  return layout.reduce((sum, tensor) => sum + elements(tensor), 0);
}

/** Zeroed states: those before the first token. */
export function allocateState(layout: readonly StateTensor[], sequences = 1): StateBuffer {
  const values = new Float32Array(sequences * stateLength(layout));
  const tensors = new Map<string, Tensor>();
  let offset = 0;
  for (const part of layout) {
    const length = sequences * elements(part);
    const view = values.subarray(offset, offset + length);
    tensors.set(part.name, new Tensor('float32', view, [sequences, ...part.shape.slice(1)] as number[]));
    offset += length;
  }
  return { values, tensors };
}

/** Copies of one state for sequences that go on side by side. */
export function repeatState(
  { tensors }: StateBuffer,
  layout: readonly StateTensor[],
  sequences: number,
): StateBuffer {
  const repeated = allocateState(layout, sequences);
  for (const [name, { data }] of repeated.tensors) {
    const one = tensors.get(name)?.data as Float32Array;
    for (let at = 0; at < sequences; at++) (data as Float32Array).set(one, at * one.length);
  }
  return repeated;
}

function elements({ shape: [, ...sizes] }: StateTensor): number {
  return sizes.reduce((product, size) => product * size, 1);
}

/**
 * What the model remembers after some tokens: an immutable value, shared by counting references.
 *
 * Whoever keeps a state retains it and releases it when done. Advancing uses up one reference: the last one lets the
 * run write its result over the old state, which saves a copy of up to 264 MB a token (Codestral Mamba); while anybody else
 * holds the state, the result goes elsewhere and the state stays what it is.
 */
export class SequenceState {
  private references = 1;

  constructor(
    /** Tokens that the state has seen. */
    readonly length: number,
    private readonly content: StateBuffer,
    private readonly recycle: (buffer: StateBuffer) => void,
    /** Keys and values of the tokens, where the model has attention; shared with other states of sequences that begin alike. */
    readonly pages: readonly KeyPage[] = [],
  ) {}

  get isShared(): boolean {
    return this.references > 1;
  }

  /** The state's memory, to be read only. */
  get buffer(): StateBuffer {
    if (this.references === 0) throw new Error('a state was used after its last release');
    return this.content;
  }

  retain(): this {
    if (this.references === 0) throw new Error('a state was retained after its last release');
    this.references++;
    return this;
  }

  release(): void {
    if (this.take() !== undefined) this.recycle(this.content);
  }

  /** Gives up one reference; the last one takes the memory with it. */
  take(): StateBuffer | undefined {
    if (this.references === 0) throw new Error('a state was released too often');
    this.references--;
    return this.references === 0 ? this.content : undefined;
  }
}
