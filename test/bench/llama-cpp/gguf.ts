/** A value of a GGUF file's metadata, by its type there. */
export type GgufValue =
  | { uint32: number }
  | { float32: number }
  | { bool: boolean }
  | { text: string }
  | { texts: readonly string[] }
  | { int32s: readonly number[] };

export interface GgufTensorHead {
  name: string;
  /** Sizes of the axes, the fastest first. */
  shape: readonly number[];
  type: keyof typeof TENSOR_TYPES;
}

export interface GgufTensor extends GgufTensorHead {
  /** In the type's own layout, the fastest axis first. */
  data: Uint8Array;
}

const VERSION = 3;
const TENSOR_TYPES = { F32: 0, Q4_0: 2, Q8_0: 8, Q4_K: 12, Q6_K: 14 };
const VALUE_TYPES = { uint32: 4, int32: 5, float32: 6, bool: 7, text: 8, array: 9 };
/** Bytes at whose multiples the tensors begin; the format's default. */
export const ALIGNMENT = 32;

/** The bytes of a GGUF file (ggml's docs/gguf.md), version 3, little-endian. */
export function encodeGguf(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Buffer {
  const sized = tensors.map((tensor) => ({ ...tensor, bytes: tensor.data.length }));
  return Buffer.concat([ggufHead(metadata, sized), ...tensors.map(({ data }) => aligned(data))]);
}

/** What stands before the tensors' data, each of which is to be padded to a multiple of {@link ALIGNMENT}. */
export function ggufHead(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly (GgufTensorHead & { bytes: number })[],
): Buffer {
  const values = Object.entries(metadata);
  const head = [Buffer.from('GGUF'), uint32(VERSION), uint64(tensors.length), uint64(values.length)];
  for (const [key, value] of values) head.push(text(key), encodeValue(value));
  let offset = 0;
  for (const { name, shape, type, bytes } of tensors) {
    head.push(text(name), uint32(shape.length), ...shape.map(uint64));
    head.push(uint32(TENSOR_TYPES[type]), uint64(offset));
    offset += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
  }
  return aligned(Buffer.concat(head));
}

function encodeValue(value: GgufValue): Buffer {
  const typed = (type: number, ...parts: Buffer[]): Buffer => Buffer.concat([uint32(type), ...parts]);
  const array = (type: number, items: readonly Buffer[]): Buffer =>
    typed(VALUE_TYPES.array, uint32(type), uint64(items.length), ...items);
  if ('uint32' in value) return typed(VALUE_TYPES.uint32, uint32(value.uint32));
  if ('float32' in value)
    return typed(VALUE_TYPES.float32, Buffer.from(Float32Array.of(value.float32).buffer));
  if ('bool' in value) return typed(VALUE_TYPES.bool, Buffer.of(Number(value.bool)));
  if ('text' in value) return typed(VALUE_TYPES.text, text(value.text));
  if ('texts' in value) return array(VALUE_TYPES.text, value.texts.map(text));
  return array(VALUE_TYPES.int32, value.int32s.map(uint32));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function aligned(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & (ALIGNMENT - 1))]);
}
