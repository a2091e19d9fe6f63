const encoder = new TextEncoder();

/**
 * Writes protobuf's wire format (https://protobuf.dev/programming-guides/encoding/) for messages small enough to stand in memory.
 * Every method appends one field and returns the writer.
 */
export class ProtobufWriter {
  private readonly parts: Uint8Array[] = [];

  /** Field of wire type 0. `value` is an integer up to 2^53; a negative one is written as int64 (ten bytes). */
  integer(field: number, value: number | bigint): this {
    return this.push(varint(field << 3), varint(value));
  }

  /** Field of wire type 5: a float32. */
  float(field: number, value: number): this {
    return this.push(varint((field << 3) | 5), new Uint8Array(Float32Array.of(value).buffer));
  }

  /** Field of wire type 2. The bytes are referenced, not copied, until {@link toBytes}. */
  bytes(field: number, value: Uint8Array): this {
    return this.push(varint((field << 3) | 2), varint(value.byteLength), value);
  }

  string(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value));
  }

  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.toBytes());
  }

  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.parts.reduce((sum, part) => sum + part.byteLength, 0));
    let offset = 0;
    for (const part of this.parts) {
      bytes.set(part, offset);
      offset += part.byteLength;
    }
    return bytes;
  }

  private push(...parts: Uint8Array[]): this {
    this.parts.push(...parts);
    return this;
  }
}

function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
