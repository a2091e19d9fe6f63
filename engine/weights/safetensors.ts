import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { BadInputError, describe } from '../errors.ts';
import { unreadable } from './json-file.ts';

/** The limit of the reference reader, https://github.com/huggingface/safetensors. */
const MAX_HEADER_BYTES = 100_000_000;
/** Beyond this a size is not exact in a double. */
const MAX_TENSOR_BYTES = Number.MAX_SAFE_INTEGER;

/** Bytes an element of the types that weights come in. */
export const ELEMENT_BYTES = { F32: 4, BF16: 2, F16: 2 } as const;
export type FloatType = keyof typeof ELEMENT_BYTES;

/** Where a tensor stands in a safetensors file. */
export interface TensorLocation {
  path: string;
  type: FloatType;
  shape: readonly number[];
  /** From the start of the file, in bytes. */
  offset: number;
  /** In bytes. */
  length: number;
}

/**
 * Reads the header of a safetensors file: eight bytes of length, JSON, then the tensors' bytes.
 * Every range is checked against the file's size, so that what follows can read without a second look.
 * @throws BadInputError naming the file and tensor.
 */
export async function readSafetensorsHeader(path: string): Promise<Map<string, TensorLocation>> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const { size } = await file.stat();
    const length = await headerLength(file, path, size);
    const text = Buffer.alloc(length);
    await file.read(text, 0, length, 8);
    return parseHeader(path, text.toString('utf8'), 8 + length, size);
  } catch (error) {
    // A folder by this name opens, and cannot be read.
    throw error instanceof BadInputError ? error : unreadable(path, error);
  } finally {
    await file.close();
  }
}

async function headerLength(file: FileHandle, path: string, size: number): Promise<number> {
  const prefix = Buffer.alloc(8);
  const { bytesRead } = await file.read(prefix, 0, 8, 0);
  if (bytesRead < 8) throw broken(path, 'header', 'at least 8 bytes', `a file of ${size} bytes`);
  const length = Number(prefix.readBigUInt64LE());
  if (length > MAX_HEADER_BYTES || 8 + length > size) {
    const most = Math.min(MAX_HEADER_BYTES, size - 8);
    throw broken(path, 'header length', `at most ${most} bytes in a file of ${size}`, `${length} bytes`);
  }
  return length;
}

function parseHeader(path: string, text: string, start: number, size: number): Map<string, TensorLocation> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw broken(path, 'header', 'a JSON object', error instanceof Error ? error.message : 'something else');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw broken(path, 'header', 'a JSON object', describe(header));
  }
  const tensors = new Map<string, TensorLocation>();
  for (const [name, entry] of Object.entries(header as Record<string, unknown>)) {
    if (name === '__metadata__') continue;
    tensors.set(name, locate(path, name, entry, start, size));
  }
  return tensors;
}

function locate(path: string, name: string, entry: unknown, start: number, size: number): TensorLocation {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(ELEMENT_BYTES, dtype)) {
    throw broken(path, name, `dtype ${Object.keys(ELEMENT_BYTES).join(', ')}`, describe(dtype));
  }
  const type = dtype as FloatType;
  if (
    !Array.isArray(shape) ||
    !shape.every((size): size is number => Number.isSafeInteger(size) && size >= 0)
  ) {
    throw broken(path, name, 'a shape of non-negative integers', describe(shape));
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((at) => Number.isSafeInteger(at))) {
    throw broken(path, name, 'data_offsets of two integers', describe(offsets));
  }
  const [begin, end] = offsets as [number, number];
  if (begin < 0 || end < begin || start + end > size) {
    throw broken(
      path,
      name,
      `data within the file's ${size - start} bytes of tensors`,
      `bytes ${begin} to ${end}`,
      'The file is incomplete: download it again.',
    );
  }
  const bytes = shape.reduce((product, size) => product * size, 1) * ELEMENT_BYTES[type];
  if (bytes > MAX_TENSOR_BYTES || bytes !== end - begin) {
    throw broken(path, name, `${bytes} bytes for ${type} ${JSON.stringify(shape)}`, `${end - begin} bytes`);
  }
  return { path, type, shape, offset: start + begin, length: end - begin };
}

function broken(
  source: string,
  field: string,
  expected: string,
  found: string,
  action = 'The file is damaged: download it again.',
): BadInputError {
  return new BadInputError({ source, field, expected, found, action });
}
