import { Tensor } from 'onnxruntime-node';
import type { KeyLayout, LogLayout, ModelGraph } from '../architecture/model-graph.ts';
import {
  copyRows,
  forEachPart,
  rowLength,
  type KeyPage,
  type KeyRows,
  type PartVisitor,
} from './key-pages.ts';

/**
 * What the recurrences read of one token, [layers, width], and its keys and values, where the model has attention: from a state
 * before the token it gives the one after it without any matrix product (state-space models' "replay"). At Codestral Mamba's
 * size 2.5 MiB, where a state takes 264.
 */
export type TokenLog = Float32Array;

/** Moves logs between tokens, which are kept one by one, and runs, which read and write [layers, tokens, width]. */
export class LogBuffers {
  /** Memory of what the layers project to, reused by every run: [layers, logged, projected]. */
  private projections = new Float32Array(0);
  /** Memory of what a replay reads: [layers, tokens, width]. */
  private inputs = new Float32Array(0);
  /** Logs that nobody keeps any more: memory that is given back and taken again makes V8 collect garbage all the time. */
  private readonly spare: TokenLog[] = [];
  /** Numbers kept of a token and layer. */
  private readonly width: number;

  private readonly layout: LogLayout;
  private readonly keyLayout: KeyLayout;

  /** @param spareBytes most memory of spare logs */
  constructor(
    { log, keys }: Pick<ModelGraph, 'log' | 'keys'>,
    private readonly spareBytes: number,
  ) {
    this.layout = log;
    this.keyLayout = keys;
    this.width = log.projected - log.skipped;
  }

  /** Bytes that are kept of a token. */
  get tokenBytes(): number {
    return this.tokenLength * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Where a run is to write the projections of so many tokens; overwritten by the next run. */
  outputs(tokens: number): [name: string, tensor: Tensor][] {
    const { projections, projected } = this.layout;
    const size = tokens * projected;
    const length = projections.length * size;
    if (this.projections.length < length) this.projections = new Float32Array(length);
    return projections.map((name, layer) => {
      const values = this.projections.subarray(layer * size, (layer + 1) * size);
      return [name, new Tensor('float32', values, [1, tokens, projected])];
    });
  }

  /** Copies the log of so many tokens out of the newest run, but for keys and values. */
  take(tokens: number): TokenLog[] {
    const { projections, projected, skipped } = this.layout;
    return Array.from({ length: tokens }, (_, token) => {
      const log = this.spare.pop() ?? new Float32Array(this.tokenLength);
      for (let layer = 0; layer < projections.length; layer++) {
        const at = (layer * tokens + token) * projected;
        log.set(this.projections.subarray(at + skipped, at + projected), layer * this.width);
      }
      return log;
    });
  }

  /** Adds keys and values to the logs of a sequence's last tokens. */
  takeKeys(logs: readonly TokenLog[], pages: readonly KeyPage[], length: number): void {
    if (this.keyLayout.names.length === 0) return;
    const from = length - logs.length;
    forEachPart(pages, from, length, (page, at, token, tokens) => {
      logs.slice(token - from, token - from + tokens).forEach((log, index) => {
        copyRows(this.keyLayout, page, at + index, this.keysOf(log), 0, 1);
      });
    });
  }

  /** Writes the keys and values of logged tokens to pages. @param from the first of these tokens */
  keyWriter(logs: readonly TokenLog[], from: number): PartVisitor {
    return (page, at, token, tokens) => {
      logs.slice(token - from, token - from + tokens).forEach((log, index) => {
        copyRows(this.keyLayout, this.keysOf(log), 0, page, at + index, 1);
      });
    };
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
    const { projections } = this.layout;
    const { width } = this;
    const size = logs.length * width;
    const length = projections.length * size;
    if (this.inputs.length < length) this.inputs = new Float32Array(length);
    return projections.map((name, layer) => {
      const values = this.inputs.subarray(layer * size, (layer + 1) * size);
      logs.forEach((log, index) => {
        values.set(log.subarray(layer * width, (layer + 1) * width), index * width);
      });
      return [name, new Tensor('float32', values, [1, logs.length, width])];
    });
  }

  /** Numbers that are kept of a token. */
  private get tokenLength(): number {
    return this.layout.projections.length * this.width + rowLength(this.keyLayout);
  }

  private keysOf(log: TokenLog): KeyRows {
    return { values: log.subarray(this.tokenLength - rowLength(this.keyLayout)), capacity: 1 };
  }
}
