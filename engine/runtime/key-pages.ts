import type { KeyLayout } from '../architecture/model-graph.ts';

/** Tokens of a page: 0.5 MiB at Granite 4.0-H 350M's size, the most that a sequence copies where it parts from another. */
const PAGE_TOKENS = 64;

/** Keys and values of tokens: [lanes, capacity, channels], a lane being one head's keys or values in one layer. */
export interface KeyRows {
  values: Float32Array;
  /** Tokens that there is room for. */
  capacity: number;
}

/** Keys and values of consecutive tokens. What was written stays as it is, so that sequences that begin alike share it. */
export interface KeyPage extends KeyRows {
  /** Tokens written. */
  filled: number;
}

/** Given `tokens` tokens from `token` on, which stand in a page from `at` on. */
export type PartVisitor = (page: KeyPage, at: number, token: number, tokens: number) => void;

/** Numbers that are kept of one token. */
export function rowLength({ names, heads, headDim }: KeyLayout): number {
  return names.length * heads * headDim;
}

/** Copies tokens from one place to another with as many lanes. */
export function copyRows(
  { headDim }: KeyLayout,
  from: KeyRows,
  fromToken: number,
  to: KeyRows,
  toToken: number,
  tokens: number,
): void {
  const lanes = to.values.length / (to.capacity * headDim);
  for (let lane = 0; lane < lanes; lane++) {
    const start = (lane * from.capacity + fromToken) * headDim;
    const rows = from.values.subarray(start, start + tokens * headDim);
    to.values.set(rows, (lane * to.capacity + toToken) * headDim);
  }
}

/** Calls back for the part of each page that the tokens from `from` to `to` take up. */
export function forEachPart(pages: readonly KeyPage[], from: number, to: number, visit: PartVisitor): void {
  for (let token = from; token < to;) {
    const page = pages[Math.floor(token / PAGE_TOKENS)];
    if (page === undefined) throw new Error(`there are no keys of token ${token}`);
    const at = token % PAGE_TOKENS;
    const tokens = Math.min(PAGE_TOKENS - at, to - token);
    visit(page, at, token, tokens);
    token += tokens;
  }
}

/**
 * The pages of a sequence that has gone on by some tokens. Where another has gone on from the same place before, the last page is
 * copied as far as both share it; else it is written to.
 * @param pages of the tokens before `from`
 * @param write called for each part of a page that new tokens take up
 */
export function appendRows(
  layout: KeyLayout,
  pages: readonly KeyPage[],
  from: number,
  to: number,
  write: PartVisitor,
): readonly KeyPage[] {
  if (layout.names.length === 0) return pages;
  const all = [...pages];
  const shared = from % PAGE_TOKENS;
  const last = all.at(-1);
  if (shared > 0 && last !== undefined && last.filled !== shared) {
    const copy = newPage(layout);
    copyRows(layout, last, 0, copy, 0, shared);
    all[all.length - 1] = copy;
  }
  while (all.length * PAGE_TOKENS < to) all.push(newPage(layout));
  forEachPart(all, from, to, (page, at, token, tokens) => {
    write(page, at, token, tokens);
    page.filled = at + tokens;
  });
  return all;
}

/** Keys and values of a sequence in one piece, written to `values`. */
export function gather(
  layout: KeyLayout,
  pages: readonly KeyPage[],
  length: number,
  values: Float32Array,
): void {
  const rows = { values, capacity: length };
  forEachPart(pages, 0, length, (page, at, token, tokens) => {
    copyRows(layout, page, at, rows, token, tokens);
  });
}

/** Pages of what {@link gather} gives. */
export function scatter(layout: KeyLayout, length: number, values: Float32Array): readonly KeyPage[] {
  const rows = { values, capacity: length };
  return appendRows(layout, [], 0, length, (page, at, token, tokens) => {
    copyRows(layout, rows, token, page, at, tokens);
  });
}

/** Tokens at the beginning of two sequences whose pages are the same ones. */
export function sharedTokens(one: readonly KeyPage[], other: readonly KeyPage[]): number {
  let count = 0;
  while (count < one.length && one[count] === other[count]) count++;
  return count * PAGE_TOKENS;
}

function newPage(layout: KeyLayout): KeyPage {
  return { values: new Float32Array(PAGE_TOKENS * rowLength(layout)), capacity: PAGE_TOKENS, filled: 0 };
}
