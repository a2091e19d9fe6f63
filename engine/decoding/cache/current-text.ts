import type { LineEncoder } from './line-encoder.ts';
import type { Places } from './places.ts';

/** Tokens on each side of the cursor that are looked at: more text is a file that nobody wrote by hand. */
const NEAR_TOKENS = 65_536;
/** Places after one agreeing token, which say little, and after more; the closest to the cursor first. */
const MOST_SHORT = 64;
const MOST_LONG = 192;

/** Of a line, so many tokens before the cursor are looked at. */
const LINE_TOKENS = 256;
/** Room for what is generated. */
const SPARE_TOKENS = 1024;

/** Whole lines on one side of the cursor's line, with their tokens, kept from one keystroke to the next. */
interface Side {
  text: string;
  lines: readonly string[];
  ids: readonly (readonly number[])[];
}

const NOTHING: Side = { text: '', lines: [], ids: [] };

/** The tokens of the document that is written in. A keystroke costs its line, and one that changes other lines those as well. */
export class CurrentText {
  private above = NOTHING;
  private below = NOTHING;
  /** The text up to the cursor, and what was generated since; of it the lines above the cursor's. */
  private ids: Int32Array = new Int32Array(SPARE_TOKENS);
  private aboveLength = 0;
  private length = 0;
  /** The rest of the cursor's line comes first. */
  private belowIds: Int32Array = new Int32Array(0);
  private belowLines: Int32Array = new Int32Array(0);
  private rest: readonly number[] = [];
  /** How often a token stands in the document, and how often in its other lines. */
  readonly counts: Uint16Array;
  private readonly lineCounts: Uint16Array;

  constructor(
    private readonly encoder: LineEncoder,
    vocabularySize: number,
  ) {
    this.counts = new Uint16Array(vocabularySize);
    this.lineCounts = new Uint16Array(vocabularySize);
  }

  /**
   * @param prefix text up to where tokens are generated, with LF line ends
   * @param suffix text from the cursor on
   */
  begin(prefix: string, suffix: string): void {
    const lineStart = prefix.lastIndexOf('\n') + 1;
    const lineEnd = suffix.includes('\n') ? suffix.indexOf('\n') : suffix.length;
    this.keepLines(prefix.slice(0, lineStart), suffix.slice(lineEnd));
    const head = this.encoder.line(prefix.slice(lineStart)).slice(-NEAR_TOKENS);
    const rest = this.encoder.line(suffix.slice(0, lineEnd)).slice(0, NEAR_TOKENS);
    this.rest = rest;
    this.length = this.aboveLength;
    for (const id of head) this.push(id);
    this.belowIds = new Int32Array(rest.length + this.belowLines.length);
    this.belowIds.set(rest);
    this.belowIds.set(this.belowLines, rest.length);
    this.counts.set(this.lineCounts);
    for (const ids of [head, rest]) for (const id of ids) count(this.counts, id);
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

  /** The tokens of the line that is written in: those so far, and those behind the cursor. */
  line(): { head: number[]; rest: readonly number[] } {
    const near = this.tail(LINE_TOKENS);
    return { head: near.slice(near.lastIndexOf(this.encoder.newline) + 1), rest: this.rest };
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

  /**
   * @param above text up to the cursor's line
   * @param below text from the end of the cursor's line on
   */
  private keepLines(above: string, below: string): void {
    if (above === this.above.text && below === this.below.text) return;
    this.above = this.encoded(above, this.above);
    this.below = this.encoded(below, this.below);
    const aboveIds = this.flat(this.above).slice(-NEAR_TOKENS);
    this.belowLines = Int32Array.from(this.flat(this.below).slice(0, NEAR_TOKENS));
    this.aboveLength = aboveIds.length;
    this.ids = new Int32Array(aboveIds.length + SPARE_TOKENS);
    this.ids.set(aboveIds);
    this.lineCounts.fill(0);
    for (const ids of [aboveIds, this.belowLines]) for (const id of ids) count(this.lineCounts, id);
  }

  private encoded(text: string, old: Side): Side {
    const lines = text.split('\n');
    const most = Math.min(lines.length, old.lines.length);
    let same = 0;
    while (same < most && lines[same] === old.lines[same]) same++;
    let sameAtEnd = 0;
    while (sameAtEnd < most - same && lines.at(-1 - sameAtEnd) === old.lines.at(-1 - sameAtEnd)) sameAtEnd++;
    const changed = lines.slice(same, lines.length - sameAtEnd).map((line) => this.encoder.line(line));
    const ids = [...old.ids.slice(0, same), ...changed, ...old.ids.slice(old.ids.length - sameAtEnd)];
    return { text, lines, ids };
  }

  /** Both sides begin or end with a line's end, and so have an empty line there. */
  private flat({ ids }: Side): number[] {
    const all: number[] = [];
    for (const [at, line] of ids.entries()) {
      if (at > 0) all.push(this.encoder.newline);
      for (const id of line) all.push(id);
    }
    return all;
  }
}

function count(counts: Uint16Array, id: number): void {
  counts[id] = Math.min(0xffff, (counts[id] ?? 0) + 1);
}
