import type { Tokenizer } from '../../tokenizer/index.ts';

/** What a token may begin or end with, and how it is recognized; what is none of them is a line's end or no text. */
const KINDS = [/[\p{L}\p{N}_$]/u, /\s/, /[([{<]/, /[)\]}>]/, /["'`]/, /\./, /[,;:]/, /./] as const;
const OTHER = KINDS.length;
export const KIND_COUNT = KINDS.length + 1;

/** What the tokens of a vocabulary look like: what each begins and ends with, and the brackets and quotes in it. */
export class TokenKinds {
  private readonly starts: Uint8Array;
  private readonly ends: Uint8Array;
  private readonly depths: Int8Array;
  private readonly quotes: Uint8Array;

  constructor(tokenizer: Tokenizer) {
    const size = tokenizer.vocabularySize;
    this.starts = new Uint8Array(size);
    this.ends = new Uint8Array(size);
    this.depths = new Int8Array(size);
    this.quotes = new Uint8Array(size);
    for (let id = 0; id < size; id++) {
      // A character that is split between tokens is part of a word in most languages.
      const text = Buffer.from(tokenizer.bytes(id))
        .toString('latin1')
        .replaceAll(/[\x80-\xff]/g, 'x');
      // A space before a mark says nothing.
      this.starts[id] = kindOf(text.charAt(/^ [^\w$\s]/.test(text) ? 1 : 0));
      this.ends[id] = kindOf(text.charAt(text.length - 1));
      this.depths[id] = count(text, /[([{]/g) - count(text, /[)\]}]/g);
      this.quotes[id] = count(text, /["'`]/g) % 2;
    }
  }

  /** What a token begins with, below {@link KIND_COUNT}. */
  start(id: number): number {
    return this.starts[id] ?? OTHER;
  }

  /** What it ends with. */
  end(id: number): number {
    return this.ends[id] ?? OTHER;
  }

  /** Brackets that tokens open, less those that they close; and whether their quotes are odd in number. */
  open(ids: Iterable<number>): { brackets: number; isQuoted: boolean } {
    let brackets = 0;
    let quotes = 0;
    for (const id of ids) {
      brackets += this.depths[id] ?? 0;
      quotes += this.quotes[id] ?? 0;
    }
    return { brackets, isQuoted: quotes % 2 === 1 };
  }
}

function kindOf(character: string): number {
  const kind = character === '\n' ? -1 : KINDS.findIndex((pattern) => pattern.test(character));
  return kind < 0 ? OTHER : kind;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
