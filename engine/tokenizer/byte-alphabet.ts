/**
 * GPT-2's alphabet: each byte has one printable character, so that a vocabulary of byte strings can stand in JSON.
 * Printable Latin-1 stands for itself, the other 68 bytes for U+0100 and up.
 * Source: `bytes_to_unicode` in openai/gpt-2, `src/encoder.py`.
 */
const PRINTABLE: readonly (readonly [number, number])[] = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
];

const byteOfCharacter = new Map<string, number>();
let next = 0x100;
for (let byte = 0; byte < 256; byte++) {
  const printable = PRINTABLE.some(([from, to]) => byte >= from && byte <= to);
  byteOfCharacter.set(String.fromCharCode(printable ? byte : next++), byte);
}

/** The bytes that a piece of the vocabulary stands for, or `undefined` if it holds a character outside the alphabet. */
export function bytesOfPiece(piece: string): Uint8Array | undefined {
  const bytes = new Uint8Array(piece.length);
  for (let at = 0; at < piece.length; at++) {
    const byte = byteOfCharacter.get(piece.charAt(at));
    if (byte === undefined) return undefined;
    bytes[at] = byte;
  }
  return bytes;
}
