import { TextEncoder } from 'node:util';
import { decodeBytes } from './decode-bytes.ts';
import { mergeByScore } from './merge-by-score.ts';
import { PieceCache } from './piece-cache.ts';
import type { SentencePieceModel } from './sentencepiece-model.ts';
import type { EncodeOptions, Tokenizer } from './tokenizer.ts';
import { wellFormed } from './well-formed.ts';

/** SentencePiece writes a space as U+2581, and cannot tell a U+2581 in the text from it. */
const SPACE = '\u2581';
const NO_BYTES = new Uint8Array(0);

/** SentencePiece BPE with byte fallback and the identity normaliser, as Mistral's models use it. */
export class SentencePieceTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly #addDummyPrefix: boolean;
  readonly #vocabulary = new Map<string, { id: number; score: number }>();
  readonly #special = new Map<string, number>();
  readonly #bytes: Uint8Array[];
  readonly #byteIds: number[] = [];
  readonly #words: PieceCache;
  /** Whether no piece goes on after a space or over a line's end, so that words can be merged one by one. */
  readonly #wordwise: boolean;

  constructor(model: SentencePieceModel) {
    this.vocabularySize = model.pieces.length;
    this.#addDummyPrefix = model.addDummyPrefix;
    const utf8 = new TextEncoder();
    this.#bytes = model.pieces.map(({ text, score, type }, id) => {
      if (type === 'control' || type === 'unknown') {
        this.#special.set(text, id);
        return NO_BYTES;
      }
      if (type === 'byte') {
        const byte = Number.parseInt(text.slice(3, 5), 16); // <0x0A>
        this.#byteIds[byte] = id;
        return Uint8Array.of(byte);
      }
      this.#vocabulary.set(text, { id, score });
      return utf8.encode(text.replaceAll(SPACE, ' '));
    });
    this.#wordwise = model.pieces.every(
      ({ text, type }) => type === 'control' || !/[^\u2581]\u2581|[^\n]\n|\n[^\n]/u.test(text),
    );
    this.#words = new PieceCache((word) => this.#merge(word, utf8));
  }

  encode(text: string, options: EncodeOptions = {}): number[] {
    if (text === '') return [];
    const dummy = this.#addDummyPrefix && options.dummyPrefix !== false;
    const escaped = (dummy ? SPACE : '') + wellFormed(text).replaceAll(' ', SPACE);
    const words = this.#wordwise
      ? (escaped.match(/\n+|\u2581+[^\u2581\n]*|[^\u2581\n]+/gu) ?? [])
      : [escaped];
    const ids: number[] = [];
    for (const word of words) for (const id of this.#words.get(word)) ids.push(id);
    return ids;
  }

  bytes(id: number): Uint8Array {
    return this.#bytes[id] ?? NO_BYTES;
  }

  decode(ids: readonly number[]): string {
    return decodeBytes((id) => this.bytes(id), ids);
  }

  special(piece: string): number | undefined {
    return this.#special.get(piece);
  }

  #merge(word: string, utf8: TextEncoder): number[] {
    return mergeByScore(Array.from(word), this.#vocabulary).flatMap((symbol) => {
      const known = this.#vocabulary.get(symbol);
      if (known !== undefined) return known.id;
      return Array.from(utf8.encode(symbol), (byte) => this.#byteIds[byte] ?? 0);
    });
  }
}
