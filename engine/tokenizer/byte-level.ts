import { ByteLevelPreTokenizer, SequencePreTokenizer, Tokenizer as Library } from '@huggingface/tokenizers';
import type { PreTokenizer } from '@huggingface/tokenizers';
import { bytesOfPiece } from './byte-alphabet.ts';
import { decodeBytes } from './decode-bytes.ts';
import { PieceCache } from './piece-cache.ts';
import type { TokenizerJson } from './tokenizer-json.ts';
import type { Tokenizer } from './tokenizer.ts';
import { wellFormed } from './well-formed.ts';

const NO_BYTES = new Uint8Array(0);

/**
 * Byte-level BPE (GPT-2's kind) from a tokenizer.json, through `@huggingface/tokenizers`.
 *
 * The library is not given the special tokens: it would turn their names inside a text into their ids.
 */
export class ByteLevelTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly #library: Library;
  readonly #bytes: Uint8Array[] = [];
  readonly #special = new Map<string, number>();
  /** Splits a text into pieces that are encoded on their own; `undefined` if only the library knows how. */
  readonly #split: ((text: string) => string[]) | undefined;
  readonly #pieces: PieceCache;
  /** Tokens that stand for a text of their own, such as GPT-NeoX's runs of spaces, and what finds them. */
  readonly #added: ReadonlyMap<string, number> | undefined;
  readonly #addedPattern: RegExp;
  readonly #normalizes: boolean;

  constructor(json: TokenizerJson) {
    const plain = json.addedTokens.filter((token) => !token.special);
    const plainIds = new Set(plain.map((token) => token.id));
    const rawAdded = (json.raw['added_tokens'] ?? []) as readonly RawAddedToken[];
    this.#library = new Library(
      {
        normalizer: null,
        decoder: null,
        ...json.raw,
        post_processor: null,
        added_tokens: rawAdded.filter(({ id }) => plainIds.has(id)),
      },
      {},
    );

    for (const [piece, id] of json.vocabulary) this.#bytes[id] = bytesOfPiece(piece) ?? NO_BYTES;
    const utf8 = new TextEncoder();
    for (const { id, content, special } of json.addedTokens) {
      this.#bytes[id] = special ? NO_BYTES : utf8.encode(content);
      if (!special) continue;
      this.#special.set(content, id);
      // Trained vocabularies list them as pieces too; no text may come out as one.
      this.#library.model?.tokens_to_ids.delete(content);
    }
    this.vocabularySize = this.#bytes.length;

    const rawPlain = rawAdded.filter(({ id }) => plainIds.has(id));
    this.#normalizes = json.raw['normalizer'] !== null && json.raw['normalizer'] !== undefined;
    this.#split = canCut(rawPlain, json.raw['normalizer']) ? splitter(this.#library) : undefined;
    if (plain.length > 0) this.#added = new Map(plain.map(({ content, id }) => [content, id]));
    // The leftmost of them, and of several the longest.
    const longestFirst = plain.map(({ content }) => content).sort((a, b) => b.length - a.length);
    this.#addedPattern = new RegExp(`(${longestFirst.map(escaped).join('|')})`, 'u');
    const toBytes = new ByteLevelPreTokenizer({
      type: 'ByteLevel',
      add_prefix_space: false,
      trim_offsets: false,
      use_regex: false,
    });
    const model = this.#library.model;
    this.#pieces = new PieceCache((piece) =>
      (model?.encode(toBytes.pre_tokenize_text(piece)) ?? []).flatMap(
        (token) => model?.tokens_to_ids.get(token) ?? [],
      ),
    );
  }

  encode(text: string): number[] {
    const clean = wellFormed(text);
    if (this.#split === undefined) return this.#library.encode(clean, { add_special_tokens: false }).ids;
    const ids: number[] = [];
    const normal = this.#normalizes ? clean.normalize('NFC') : clean;
    // Split keeps what it splits at.
    for (const part of this.#added === undefined ? [normal] : normal.split(this.#addedPattern)) {
      const added = this.#added?.get(part);
      if (added !== undefined) ids.push(added);
      else for (const piece of this.#split(part)) for (const id of this.#pieces.get(piece)) ids.push(id);
    }
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
}

/** What of an added token says how it is found in a text. */
interface RawAddedToken {
  id: number;
  lstrip?: boolean;
  rstrip?: boolean;
  single_word?: boolean;
  normalized?: boolean;
}

/** Whether a text may be normalized first and then cut at the added tokens, wherever they stand. */
function canCut(added: readonly RawAddedToken[], normalizer: unknown): boolean {
  const isPlain = added.every(({ lstrip, rstrip, single_word: word }) => !lstrip && !rstrip && !word);
  if (normalizer === null || normalizer === undefined) return isPlain;
  const isNfc = typeof normalizer === 'object' && 'type' in normalizer && normalizer.type === 'NFC';
  return isPlain && isNfc && added.every(({ normalized }) => normalized === true);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');

/** The library's own pre-tokenizer without its last step, from characters to bytes, where that step does only that. */
function splitter(library: Library): ((text: string) => string[]) | undefined {
  const { pre_tokenizer: top } = library;
  const steps: (PreTokenizer | null)[] = top instanceof SequencePreTokenizer ? top.tokenizers : [top];
  const last = steps.at(-1);
  if (!(last instanceof ByteLevelPreTokenizer) || last.add_prefix_space) return undefined;
  const before = steps.slice(0, -1).filter((step) => step !== null);
  return (text) => {
    let pieces = text === '' ? [] : [text];
    for (const step of before) pieces = pieces.flatMap((piece) => step.pre_tokenize_text(piece));
    return last.use_regex ? pieces.flatMap((piece) => piece.match(last.pattern) ?? []) : pieces;
  };
}
