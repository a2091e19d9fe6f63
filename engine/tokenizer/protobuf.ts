/** One field of a protobuf message. Fixed32 comes as its four bytes, to be read as what the schema says. */
export type ProtobufField =
  | { number: number; wire: 'varint'; value: number; offset: number }
  | { number: number; wire: 'bytes' | 'fixed32' | 'fixed64'; value: Uint8Array; offset: number };

/** A message is not well-formed; the caller knows the file's name. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';

  constructor(
    readonly offset: number,
    readonly expected: string,
    readonly found: string,
  ) {
    super(`at byte ${offset}: expected ${expected}, found ${found}`);
  }
}

/** A 64-bit varint has at most ten bytes. */
const MAX_VARINT_BYTES = 10;

/**
 * Reads the fields of one message in order, without copying.
 * @param base offset of `message` in the file, for error messages, in bytes
 * @throws ProtobufError on truncation, overflow, or a wire type that SentencePiece's schema does not use
 */
export function* readFields(message: Uint8Array, base = 0): Generator<ProtobufField> {
  let at = 0;
  while (at < message.length) {
    const offset = base + at;
    const tag = readVarint(message, at, base);
    at += tag.length;
    const number = Math.floor(tag.value / 8);
    if (number === 0) throw new ProtobufError(offset, 'a field number from 1', '0');
    const wire = tag.value % 8;
    if (wire === 0) {
      const { value, length } = readVarint(message, at, base);
      at += length;
      yield { number, wire: 'varint', value, offset };
      continue;
    }
    let size: number;
    if (wire === 1) size = 8;
    else if (wire === 5) size = 4;
    else if (wire === 2) {
      const { value, length } = readVarint(message, at, base);
      at += length;
      size = value;
    } else throw new ProtobufError(offset, 'wire type 0, 1, 2 or 5', String(wire));
    const left = message.length - at;
    if (size > left) throw new ProtobufError(offset, `${size} bytes of field ${number}`, `${left} bytes`);
    const value = message.subarray(at, at + size);
    at += size;
    yield {
      number,
      wire: wire === 2 ? 'bytes' : wire === 5 ? 'fixed32' : 'fixed64',
      value,
      offset: base + at - size,
    };
  }
}

/** Values above 2^53 (negative int64, for one) lose their lowest bits; none of the fields that are used has them. */
function readVarint(bytes: Uint8Array, start: number, base: number): { value: number; length: number } {
  let value = 0;
  let scale = 1;
  for (let length = 1; length <= MAX_VARINT_BYTES; length++) {
    const byte = bytes[start + length - 1];
    if (byte === undefined) throw new ProtobufError(base + start, 'a varint', 'the end of the message');
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, length };
    scale *= 128;
  }
  throw new ProtobufError(base + start, `a varint of at most ${MAX_VARINT_BYTES} bytes`, 'a longer one');
}
