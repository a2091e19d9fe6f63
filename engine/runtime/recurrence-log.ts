import { Tensor } from 'onnxruntime-node';
import { projection, type LogLayout } from '../architecture/model-graph.ts';

/**
 * What the recurrences read of one token, [layers, width]: from a state before the token it gives the one after it without any
 * matrix product (state-space models' "replay"). At Codestral Mamba's size 2.5 MiB, where a state takes 264.
 */
export type TokenLog = Float32Array;

/** Moves logs between tokens, which are kept one by one, and runs, which read and write [layers, tokens, width]. */
export class LogBuffers {
  /** Memory of what the layers project to, reused by every run: [layers, tokens, projected]. */
  private projections = new Float32Array(0);
  /** Memory of what a replay reads: [layers, tokens, width]. */
  private inputs = new Float32Array(0);
  /** Logs that nobody keeps any more: memory that is given back and taken again makes V8 collect garbage all the time. */
  private readonly spare: TokenLog[] = [];
  /** Numbers kept of a token and layer. */
  private readonly width: number;

  /** @param spareBytes most memory of spare logs */
  constructor(
    private readonly layout: LogLayout,
    private readonly spareBytes: number,
  ) {
    this.width = layout.projected - layout.skipped;
  }

  /** Bytes that are kept of a token. */
  get tokenBytes(): number {
    return this.layout.layers * this.width * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Where a run of so many tokens is to write its projections; overwritten by the next run. */
  outputs(tokens: number): [name: string, tensor: Tensor][] {
    const { layers, projected } = this.layout;
    const size = tokens * projected;
    if (this.projections.length < layers * size) this.projections = new Float32Array(layers * size);
    return Array.from({ length: layers }, (_, layer) => {
      const values = this.projections.subarray(layer * size, (layer + 1) * size);
      return [projection(layer), new Tensor('float32', values, [1, tokens, projected])];
    });
  }

  /**
   * Copies what is to be kept out of the newest run.
   * @param tokens of that run
   * @param from the first of them to be kept
   */
  take(tokens: number, from: number): TokenLog[] {
    const { layers, projected, skipped } = this.layout;
    return Array.from({ length: tokens - from }, (_, index) => {
      const log = this.spare.pop() ?? new Float32Array(layers * this.width);
      for (let layer = 0; layer < layers; layer++) {
        const at = (layer * tokens + from + index) * projected;
        log.set(this.projections.subarray(at + skipped, at + projected), layer * this.width);
      }
      return log;
    });
  }

  /** Takes a log back that nobody keeps any more. */
  recycle(log: TokenLog): void {
    if ((this.spare.length + 1) * this.tokenBytes <= this.spareBytes) this.spare.push(log);
  }

  /** Forgets the memory of spare logs. */
  clear(): void {
    this.spare.length = 0;
  }

  /** The inputs of a replay of these tokens; overwritten by the next. */
  feeds(logs: readonly TokenLog[]): [name: string, tensor: Tensor][] {
    const { layers } = this.layout;
    const { width } = this;
    const size = logs.length * width;
    if (this.inputs.length < layers * size) this.inputs = new Float32Array(layers * size);
    return Array.from({ length: layers }, (_, layer) => {
      const values = this.inputs.subarray(layer * size, (layer + 1) * size);
      logs.forEach((log, index) => {
        values.set(log.subarray(layer * width, (layer + 1) * width), index * width);
      });
      return [projection(layer), new Tensor('float32', values, [1, logs.length, width])];
    });
  }
}
