import { TextDecoder } from 'node:util';
import { BadInputError } from '../errors.ts';
import { ProtobufError, readFields } from './protobuf.ts';

export type PieceType = 'normal' | 'unknown' | 'control' | 'user-defined' | 'unused' | 'byte';

export interface Piece {
  text: string;
  /** Merges with higher scores come first. */
  score: number;
  type: PieceType;
}

/** What of a SentencePiece model matters for encoding with BPE. */
export interface SentencePieceModel {
  pieces: readonly Piece[];
  addDummyPrefix: boolean;
}

/** Mistral v3's file has 588 KB, Gemma's 4.2 MB. */
const MAX_MODEL_BYTES = 64 * 1024 * 1024;
const MAX_PIECES = 1_000_000;
/** SentencePiece's own default limit is 16 characters. */
const MAX_PIECE_BYTES = 1024;

/** `SentencePiece.Type` in sentencepiece_model.proto. */
const PIECE_TYPES = new Map<number, PieceType>([
  [1, 'normal'],
  [2, 'unknown'],
  [3, 'control'],
  [4, 'user-defined'],
  [5, 'unused'],
  [6, 'byte'],
]);
const BPE = 2;

/**
 * Reads a SentencePiece model file (`sentencepiece_model.proto` in google/sentencepiece).
 * @throws BadInputError if it is truncated, over a limit, or of a kind that is not supported (only BPE with the identity normaliser is)
 */
export function readSentencePieceModel(file: Uint8Array, source: string): SentencePieceModel {
  const fail = (field: string, expected: string, found: string, cause?: unknown): never => {
    const action =
      'Download the model again, or use one with a byte-level BPE or SentencePiece BPE tokenizer.';
    throw new BadInputError({ source, field, expected, found, action }, { cause });
  };
  if (file.length > MAX_MODEL_BYTES)
    return fail('(file)', `at most ${MAX_MODEL_BYTES} bytes`, `${file.length} bytes`);

  const pieces: Piece[] = [];
  let modelType = 1; // the schema's default: unigram
  let normalizer = '';
  let addDummyPrefix = true;
  let removeExtraWhitespaces = true;
  let escapeWhitespaces = true;
  let byteFallback = false;
  try {
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    for (const part of readFields(file)) {
      if (part.wire !== 'bytes') continue;
      if (part.number === 1) {
        if (pieces.length >= MAX_PIECES) return fail('pieces', `at most ${MAX_PIECES}`, 'more');
        if (part.value.length > MAX_PIECE_BYTES)
          return fail(
            `pieces[${pieces.length}]`,
            `at most ${MAX_PIECE_BYTES} bytes`,
            `${part.value.length} bytes`,
          );
        pieces.push(readPiece(part.value, part.offset, utf8));
      } else if (part.number === 2) {
        for (const field of readFields(part.value, part.offset)) {
          if (field.wire !== 'varint') continue;
          if (field.number === 3) modelType = field.value;
          if (field.number === 35) byteFallback = field.value !== 0;
        }
      } else if (part.number === 3) {
        for (const field of readFields(part.value, part.offset)) {
          if (field.wire === 'bytes' && field.number === 1) normalizer = utf8.decode(field.value);
          if (field.wire !== 'varint') continue;
          if (field.number === 3) addDummyPrefix = field.value !== 0;
          if (field.number === 4) removeExtraWhitespaces = field.value !== 0;
          if (field.number === 5) escapeWhitespaces = field.value !== 0;
        }
      }
    }
  } catch (error) {
    if (error instanceof ProtobufError)
      return fail(`byte ${error.offset}`, error.expected, error.found, error);
    if (error instanceof TypeError) return fail(`pieces[${pieces.length}]`, 'UTF-8', 'other bytes', error);
    throw error;
  }

  if (pieces.length === 0) return fail('pieces', 'a vocabulary', `none in ${file.length} bytes`);
  if (modelType !== BPE) return fail('trainer_spec.model_type', `${BPE} (BPE)`, String(modelType));
  if (normalizer !== 'identity')
    return fail('normalizer_spec.name', '"identity"', JSON.stringify(normalizer));
  if (removeExtraWhitespaces) return fail('normalizer_spec.remove_extra_whitespaces', 'false', 'true');
  if (!escapeWhitespaces) return fail('normalizer_spec.escape_whitespaces', 'true', 'false');
  if (!byteFallback) return fail('trainer_spec.byte_fallback', 'true', 'false');
  const bytes = pieces.filter((piece) => piece.type === 'byte').length;
  if (bytes !== 256) return fail('pieces', '256 of type BYTE', String(bytes));
  return { pieces, addDummyPrefix };
}

function readPiece(message: Uint8Array, base: number, utf8: TextDecoder): Piece {
  let text = '';
  let score = 0;
  let type: PieceType = 'normal';
  for (const field of readFields(message, base)) {
    if (field.number === 1 && field.wire === 'bytes') text = utf8.decode(field.value);
    if (field.number === 2 && field.wire === 'fixed32')
      score = new DataView(field.value.buffer, field.value.byteOffset, 4).getFloat32(0, true);
    if (field.number === 3 && field.wire === 'varint') {
      const known = PIECE_TYPES.get(field.value);
      if (known === undefined)
        throw new ProtobufError(field.offset, `a piece type from 1 to 6`, String(field.value));
      type = known;
    }
  }
  return { text, score, type };
}
