import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';

/** Says what the file is and in which version of this format. */
const MAGIC = Buffer.from('MCSTATE1', 'latin1');
const MODEL_BYTES = 32;
const CHECKSUM_BYTES = 32;
/** Magic, model, number of tokens, number of values, checksum. */
const HEADER_BYTES = MAGIC.length + MODEL_BYTES + 4 + 4 + CHECKSUM_BYTES;
/** Hashed without a break: 2 ms. */
const PIECE_BYTES = 4 * 2 ** 20;
const CHECKSUM_AT = HEADER_BYTES - CHECKSUM_BYTES;

/** What an entry is held to before it is used. */
export interface Expected {
  /** 64 hexadecimal digits. */
  modelHash: string;
  ids: readonly number[];
  /** Numbers of a state. */
  stateLength: number;
}

/** Bytes of an entry. */
export function entryBytes({ ids, stateLength }: Pick<Expected, 'ids' | 'stateLength'>): number {
  return HEADER_BYTES + 4 * (ids.length + stateLength);
}

/**
 * Writes a state: header, token ids (int32), values (float32, so that a restored state gives the same bits as the one that was
 * kept; all little-endian). The SHA-256 covers everything but itself.
 */
export async function writeEntry(file: FileHandle, expected: Expected, values: Float32Array): Promise<void> {
  const head = headOf(expected);
  const body = bytesOf(values);
  (await checksum(head, body)).copy(head, CHECKSUM_AT);
  await writeAll(file, head);
  await writeAll(file, body);
}

/**
 * Reads a state.
 * @returns undefined unless the file is exactly what is expected, to the last byte
 */
export async function readEntry(file: FileHandle, expected: Expected): Promise<Float32Array | undefined> {
  const size = entryBytes(expected);
  if ((await file.stat()).size !== size) return undefined;
  const bytes = Buffer.from(new ArrayBuffer(size));
  for (let at = 0; at < size;) {
    const { bytesRead } = await file.read(bytes, at, size - at, at);
    if (bytesRead === 0) return undefined;
    at += bytesRead;
  }
  const wanted = headOf(expected);
  const head = bytes.subarray(0, wanted.length);
  const body = bytes.subarray(wanted.length);
  (await checksum(wanted, body)).copy(wanted, CHECKSUM_AT);
  if (!head.equals(wanted)) return undefined;
  return new Float32Array(bytes.buffer, wanted.length, expected.stateLength);
}

/** Everything before the values, the checksum still empty. */
function headOf({ modelHash, ids, stateLength }: Expected): Buffer {
  const head = Buffer.alloc(HEADER_BYTES + 4 * ids.length);
  MAGIC.copy(head);
  Buffer.from(modelHash, 'hex').copy(head, MAGIC.length);
  head.writeUInt32LE(ids.length, MAGIC.length + MODEL_BYTES);
  head.writeUInt32LE(stateLength, MAGIC.length + MODEL_BYTES + 4);
  ids.forEach((id, index) => head.writeInt32LE(id, HEADER_BYTES + 4 * index));
  return head;
}

/** In pieces, since the thread has requests to answer: a state of 264 MB takes 120 ms. */
async function checksum(head: Buffer, body: Uint8Array): Promise<Buffer> {
  const hash = createHash('sha256').update(head.subarray(0, CHECKSUM_AT)).update(head.subarray(HEADER_BYTES));
  for (let at = 0; at < body.length; at += PIECE_BYTES) {
    hash.update(body.subarray(at, at + PIECE_BYTES));
    await setImmediate();
  }
  return hash.digest();
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}
