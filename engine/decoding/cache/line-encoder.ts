import type { Tokenizer } from '../../tokenizer/index.ts';

const NEWLINE = 10;

/**
 * Tokens of text as the local cache holds it: each line on its own, and between lines one token for the line's end, even where the
 * vocabulary has tokens such as `);\n`. So a line's end is the same whatever stands before and behind it.
 */
export class LineEncoder {
  /** The id of a line's end. */
  readonly newline: number;
  private readonly parts = new Map<number, readonly number[]>();
  private readonly joined = new Map<number, number>();

  constructor(private readonly tokenizer: Tokenizer) {
    this.newline = this.line('\n')[0] ?? 0;
    for (let id = 0; id < tokenizer.vocabularySize; id++) {
      const bytes = tokenizer.bytes(id);
      if (!bytes.includes(NEWLINE)) continue;
      const parts = id === this.newline ? [id] : this.text(tokenizer.decode([id]));
      this.parts.set(id, parts);
      const [first = 0, ...ends] = parts;
      if (first !== this.newline && ends.length === 1) this.joined.set(first, id);
    }
  }

  /** Ids of a text without line ends. */
  line(text: string): number[] {
    return this.tokenizer.encode(text, { dummyPrefix: false });
  }

  /** Ids of a text with LF line ends. */
  text(text: string): number[] {
    const ids: number[] = [];
    let isFirst = true;
    for (const line of text.split('\n')) {
      if (!isFirst) ids.push(this.newline);
      isFirst = false;
      for (const id of this.line(line)) ids.push(id);
    }
    return ids;
  }

  /** Tokens with a line end. */
  get newlineIds(): Iterable<number> {
    return this.parts.keys();
  }

  /** What the cache has in place of a token that a model gives. */
  partsOf(id: number): readonly number[] {
    return this.parts.get(id) ?? [id];
  }

  /** The token that stands for `id` and a line's end after it, or undefined. */
  withNewline(id: number): number | undefined {
    return this.joined.get(id);
  }
}
