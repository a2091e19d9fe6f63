import type { LineEncoder } from './line-encoder.ts';
import type { Places } from './places.ts';

/** Tokens on each side of the cursor that are looked at: more text is a file that nobody wrote by hand. */
const NEAR_TOKENS = 65_536;
/** Places after one agreeing token, which say little, and after more; the closest to the cursor first. */
const MOST_SHORT = 64;
const MOST_LONG = 192;

/** Room for what is generated. */
const SPARE_TOKENS = 1024;

/** Lines with their tokens, kept from one keystroke to the next. */
interface Encoded {
  lines: readonly string[];
  ids: readonly (readonly number[])[];
}

const NOTHING: Encoded = { lines: [], ids: [] };

/** The tokens of the document that is written in. A keystroke costs the lines that it changed. */
export class CurrentText {
  private above: Encoded = NOTHING;
  private below: Encoded = NOTHING;
  /** The text up to the cursor, and what was generated since. */
  private ids: Int32Array = new Int32Array(0);
  private length = 0;
  private belowIds: Int32Array = new Int32Array(0);
  /** How often a token stands in the document. */
  readonly counts: Uint16Array;

  constructor(
    private readonly encoder: LineEncoder,
    vocabularySize: number,
  ) {
    this.counts = new Uint16Array(vocabularySize);
  }

  /**
   * @param prefix text up to where tokens are generated, with LF line ends
   * @param suffix text from the cursor on
   */
  begin(prefix: string, suffix: string): void {
    this.above = this.encoded(prefix, this.above);
    this.below = this.encoded(suffix, this.below);
    const above: Int32Array = this.flat(this.above);
    this.length = Math.min(above.length, NEAR_TOKENS);
    this.ids = new Int32Array(this.length + SPARE_TOKENS);
    this.ids.set(above.subarray(above.length - this.length));
    this.belowIds = this.flat(this.below).subarray(0, NEAR_TOKENS);
    this.counts.fill(0);
    for (let at = 0; at < this.length; at++) this.count(this.ids[at] ?? 0);
    for (const id of this.belowIds) this.count(id);
  }

  push(id: number): void {
    if (this.length === this.ids.length) {
      const longer = new Int32Array(this.length * 2);
      longer.set(this.ids);
      this.ids = longer;
    }
    this.ids[this.length++] = id;
  }

  /** Takes back what was pushed, down to a number of tokens. */
  shorten(length: number): void {
    this.length = Math.min(this.length, length);
  }

  get size(): number {
    return this.length;
  }

  /** The newest tokens, the last one last. */
  tail(most: number): number[] {
    return Array.from(this.ids.subarray(Math.max(0, this.length - most), this.length));
  }

  /** Adds the places where the text's end stood before, the closest to the cursor first. Places below count on from those above. */
  find(tail: readonly number[], places: Places): void {
    const last = tail.at(-1);
    if (last === undefined) return;
    let short = 0;
    let long = 0;
    const look = (ids: Int32Array, at: number, end: number, offset: number): void => {
      if (ids[at - 1] !== last || at >= end) return;
      let length = 1;
      while (length < tail.length && ids[at - 1 - length] === tail[tail.length - 1 - length]) length++;
      if (length === 1 ? short++ >= MOST_SHORT : long++ >= MOST_LONG) return;
      places.add(offset + at, length, ids[at] ?? 0);
    };
    for (let at = this.length - 1; at > 0; at--)
      if (this.ids[at - 1] === last) look(this.ids, at, this.length, 0);
    const { length } = this.belowIds;
    for (let at = 1; at < length; at++)
      if (this.belowIds[at - 1] === last) look(this.belowIds, at, length, this.length);
  }

  /** Tokens from a place that was found, before anything was pushed since. */
  from(at: number, count: number): number[] {
    return at < this.length
      ? Array.from(this.ids.subarray(at, Math.min(at + count, this.length)))
      : Array.from(this.belowIds.subarray(at - this.length, at - this.length + count));
  }

  private count(id: number): void {
    this.counts[id] = Math.min(0xffff, (this.counts[id] ?? 0) + 1);
  }

  private encoded(text: string, old: Encoded): Encoded {
    const lines = text.split('\n');
    const most = Math.min(lines.length, old.lines.length);
    let same = 0;
    while (same < most && lines[same] === old.lines[same]) same++;
    let sameAtEnd = 0;
    while (sameAtEnd < most - same && lines.at(-1 - sameAtEnd) === old.lines.at(-1 - sameAtEnd)) sameAtEnd++;
    const changed = lines.slice(same, lines.length - sameAtEnd).map((line) => this.encoder.line(line));
    const ids = [...old.ids.slice(0, same), ...changed, ...old.ids.slice(old.ids.length - sameAtEnd)];
    return { lines, ids };
  }

  private flat({ ids }: Encoded): Int32Array {
    let length = ids.length - 1;
    for (const line of ids) length += line.length;
    const all = new Int32Array(Math.max(0, length));
    let at = 0;
    for (const line of ids) {
      if (at > 0 || line !== ids[0]) all[at++] = this.encoder.newline;
      for (const id of line) all[at++] = id;
    }
    return all;
  }
}
