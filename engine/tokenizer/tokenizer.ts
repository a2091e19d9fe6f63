export interface EncodeOptions {
  /** `false` leaves out the space that SentencePiece puts before a text. Byte-level BPE has none. Default `true`. */
  dummyPrefix?: boolean;
}

/** Text to token ids and back. Both kinds, SentencePiece and byte-level BPE, look the same from here. */
export interface Tokenizer {
  /** One more than the largest id. A model's logits may be padded beyond it. */
  readonly vocabularySize: number;
  /**
   * Text to ids, no special tokens added. A special token's name inside the text is plain text: source code that holds
   * `<|end|>` or `[SUFFIX]` can never end a completion or move a boundary. Lone surrogates become U+FFFD.
   */
  encode(text: string, options?: EncodeOptions): number[];
  /** The exact bytes that an id stands for (empty for control tokens and unknown ids), which may be part of a character. */
  bytes(id: number): Uint8Array;
  /** The text of some ids; bytes that are no UTF-8 become U+FFFD. The dummy prefix is kept as the space that it is. */
  decode(ids: readonly number[]): string;
  /** Id of a special or control token such as `<|suffix|>` or `[SUFFIX]`, if there is one. */
  special(piece: string): number | undefined;
}
