import type { Tokenizer } from '../tokenizer/index.ts';

/** A piece that is longer is no word. UTF-16 units. */
const MAX_WORD = 40;
/** Of the cursor's line, so much is looked at. UTF-16 units. */
const NEAR = 200;
/** How byte-level vocabularies split a line before anything is merged: no token reaches over the end of a piece. */
const PIECES = /[^\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/**
 * The unfinished piece at the end of a text: a word with the one character before it, punctuation, a space. Its tokens say little of
 * the piece that it becomes: `tot` is no beginning of the tokens of `total`, and neither is `(` of those of `(total`. So it is left out
 * of the prompt and generated again ("token healing", Lundberg 2023, github.com/guidance-ai/guidance).
 */
export function unfinishedWord(text: string): string {
  // Indentation is a piece of its own, whatever follows it; so is a digit.
  const line = text.slice(text.lastIndexOf('\n') + 1).trimStart();
  const piece = line.slice(-NEAR).match(PIECES)?.at(-1) ?? '';
  if (piece.trim() === '') return piece.slice(-1);
  return piece.length < MAX_WORD && !/\p{N}/u.test(piece) ? piece : '';
}

/** Holds the first tokens of a generation to a text that stands there already, and gives only what goes beyond it. */
export class ForcedStart {
  #rest: Uint8Array;

  constructor(
    private readonly tokenizer: Pick<Tokenizer, 'bytes'>,
    text: string | Uint8Array,
  ) {
    this.#rest = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  }

  /** Another that has come as far. */
  clone(): ForcedStart {
    return new ForcedStart(this.tokenizer, this.#rest);
  }

  /** Whether all of the text has been generated. */
  get isDone(): boolean {
    return this.#rest.length === 0;
  }

  /**
   * The id of the largest logit among the tokens that the text begins with, or that begin with the text.
   * @param logits [vocabulary]
   * @throws Error if there is none: a vocabulary has a token for every byte
   */
  choose(logits: Float32Array): number {
    let best = -1;
    for (let id = 0; id < logits.length; id++) {
      // Few tokens are better than the best so far; only those are compared.
      if ((logits[id] ?? NaN) > (logits[best] ?? -Infinity) && this.#fits(this.tokenizer.bytes(id)))
        best = id;
    }
    if (best < 0) throw new Error('no token continues the word at the cursor');
    return best;
  }

  /** Whether a token is one of those that {@link choose} chooses from. */
  allows(id: number): boolean {
    return this.isDone || this.#fits(this.tokenizer.bytes(id));
  }

  /** The bytes of a token beyond the text; takes what the token covers off it. */
  bytes(id: number): Uint8Array {
    const bytes = this.tokenizer.bytes(id);
    const covered = Math.min(bytes.length, this.#rest.length);
    this.#rest = this.#rest.subarray(covered);
    return bytes.subarray(covered);
  }

  #fits(bytes: Uint8Array): boolean {
    const shared = Math.min(bytes.length, this.#rest.length);
    for (let at = 0; at < shared; at++) if (bytes[at] !== this.#rest[at]) return false;
    return shared > 0;
  }
}
