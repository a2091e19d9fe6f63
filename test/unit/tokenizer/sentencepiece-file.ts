import { Buffer } from 'node:buffer';

export interface FileOptions {
  pieces?: readonly { text: string; score?: number; type?: number }[];
  modelType?: number;
  normalizer?: string;
  byteFallback?: boolean;
}

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) + 128);
  }
};
const number = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field: number, value: Uint8Array): Buffer =>
  Buffer.concat([varint(field * 8 + 2), varint(value.length), value]);
const float = (field: number, value: number): Buffer => {
  const four = Buffer.alloc(4);
  four.writeFloatLE(value);
  return Buffer.concat([varint(field * 8 + 5), four]);
};

/** A small SentencePiece file: unk, `<s>`, `</s>`, `[SUFFIX]`, the bytes, and then `pieces` from id 260 on. */
export function sentencePieceFile(options: FileOptions = {}): Buffer {
  const { pieces = [], modelType = 2, normalizer = 'identity', byteFallback = true } = options;
  const hexadecimal = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');
  const all = [
    { text: '<unk>', type: 2 },
    { text: '<s>', type: 3 },
    { text: '</s>', type: 3 },
    { text: '[SUFFIX]', type: 3 },
    ...Array.from({ length: 256 }, (_, byte) => ({ text: `<0x${hexadecimal(byte)}>`, type: 6 })),
    ...pieces,
  ];
  return Buffer.concat([
    ...all.map((piece: { text: string; score?: number; type?: number }) =>
      bytes(
        1,
        Buffer.concat([
          bytes(1, Buffer.from(piece.text)),
          float(2, piece.score ?? 0),
          number(3, piece.type ?? 1),
        ]),
      ),
    ),
    bytes(2, Buffer.concat([number(3, modelType), number(35, byteFallback ? 1 : 0)])),
    bytes(3, Buffer.concat([bytes(1, Buffer.from(normalizer)), number(3, 1), number(4, 0), number(5, 1)])),
  ]);
}
