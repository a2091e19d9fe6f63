import { Tensor } from 'onnxruntime-node';
import { LAST_TOKEN, nextState, TOTAL_TOKENS, type KeyLayout } from '../architecture/model-graph.ts';
import { copyRows, forEachPart, rowLength, sharedTokens, type KeyPage, type KeyRows } from './key-pages.ts';

/** Room is made for a multiple of so many tokens. */
const STEP_TOKENS = 256;

/**
 * The memory that attention reads: keys and values of all tokens of a sequence, or of several that go on side by side, without gaps,
 * with room for more. A run appends to it in place. It remembers what it holds, so that going on costs nothing, and another sequence
 * only what differs: 2,000 tokens of Granite 4.0-H 350M are 16 MiB.
 */
export class KeyCache {
  /** Lanes are [name, sequence, head]. */
  private rows: KeyRows = { values: new Float32Array(0), capacity: 0 };
  private tensors: [name: string, tensor: Tensor][] = [];
  private pages: readonly KeyPage[] = [];
  private length = 0;

  constructor(
    private readonly layout: KeyLayout,
    private readonly sequences = 1,
  ) {}

  /** Holds a sequence from here on. @param room for so many tokens after it */
  load(pages: readonly KeyPage[], length: number, room: number): void {
    if (this.isNothing) return;
    this.reserve(length + room);
    const known = Math.min(sharedTokens(this.pages, pages), this.length, length);
    forEachPart(pages, known, length, (page, at, token, tokens) => {
      copyRows(this.layout, page, at, this.rows, token, tokens);
    });
    this.hold(pages, length);
  }

  /** Takes note of what a run has appended. */
  hold(pages: readonly KeyPage[], length: number): void {
    [this.pages, this.length] = [pages, length];
  }

  /** Makes room for tokens, and gives up nothing that is held. */
  reserve(tokens: number): void {
    const { layout, sequences, rows } = this;
    if (this.isNothing || tokens <= rows.capacity) return;
    const capacity = Math.ceil(Math.max(tokens, 1.5 * rows.capacity) / STEP_TOKENS) * STEP_TOKENS;
    const larger = { values: new Float32Array(sequences * capacity * rowLength(layout)), capacity };
    if (this.length > 0) copyRows(layout, rows, 0, larger, 0, this.length);
    const { names, heads, headDim } = layout;
    const size = larger.values.length / names.length;
    this.tensors = names.map((name, at) => {
      const values = larger.values.subarray(at * size, (at + 1) * size);
      return [name, new Tensor('float32', values, [sequences, heads, capacity, headDim])];
    });
    this.rows = larger;
  }

  /** Adds the inputs and outputs of a run that ends with so many tokens, where the model has attention. */
  bind(tokens: number, feeds: Record<string, Tensor>, fetches: Record<string, Tensor | null>): void {
    if (this.isNothing) return;
    feeds[LAST_TOKEN] = new Tensor('int32', new Int32Array(this.sequences).fill(tokens - 1), [
      this.sequences,
    ]);
    feeds[TOTAL_TOKENS] = new Tensor('int32', Int32Array.of(tokens), []);
    for (const [name, tensor] of this.tensors) feeds[name] = fetches[nextState(name)] = tensor;
  }

  /** Copies tokens to a page. */
  store(page: KeyPage, at: number, token: number, tokens: number): void {
    copyRows(this.layout, this.rows, token, page, at, tokens);
  }

  /** What is held, for sequences that go on side by side. @param room for so many tokens more */
  repeat(sequences: number, room: number): KeyCache {
    const { layout, rows, length } = this;
    const copies = new KeyCache(layout, sequences);
    if (this.isNothing) return copies;
    copies.reserve(length + room);
    const [size, copySize] = [rows, copies.rows].map(
      ({ capacity }) => layout.heads * capacity * layout.headDim,
    ) as [number, number];
    for (let at = 0; at < layout.names.length * sequences; at++) {
      const name = Math.floor(at / sequences);
      const from = { ...rows, values: rows.values.subarray(name * size, (name + 1) * size) };
      const to = { ...copies.rows, values: copies.rows.values.subarray(at * copySize, (at + 1) * copySize) };
      copyRows(layout, from, 0, to, 0, length);
    }
    copies.length = length;
    return copies;
  }

  /** A model without attention. */
  private get isNothing(): boolean {
    return this.layout.names.length === 0;
  }

  clear(): void {
    [this.rows, this.tensors, this.pages, this.length] = [
      { values: new Float32Array(0), capacity: 0 },
      [],
      [],
      0,
    ];
  }
}
