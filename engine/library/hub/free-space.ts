import { statfs } from 'node:fs/promises';
import { HubError } from './errors.ts';

export type Statfs = (path: string) => Promise<{ bavail: number; bsize: number }>;

/** Left free, so that the editor and others can still save. */
const RESERVE_BYTES = 256 * 2 ** 20;
const ACTION =
  'Free some space, or choose a smaller model. What has arrived is kept, and goes on from there.';

/** Bytes that may be written to a folder's disk. */
export async function freeBytes(folder: string, read: Statfs = statfs): Promise<number> {
  const { bavail, bsize } = await read(folder);
  return bavail * bsize;
}

/**
 * @param needed bytes still to be written
 * @throws HubError of kind `full-disk`
 */
export async function checkFreeSpace(folder: string, needed: number, read?: Statfs): Promise<void> {
  const free = await freeBytes(folder, read);
  if (free >= needed + RESERVE_BYTES) return;
  throw new HubError('full-disk', {
    source: folder,
    expected: `${needed + RESERVE_BYTES} bytes of free space`,
    found: `${free} bytes`,
    action: ACTION,
  });
}

export function fullDisk(source: string, cause: unknown): HubError {
  const input = { source, expected: 'space for the whole file', found: 'a full disk', action: ACTION };
  return new HubError('full-disk', input, { cause });
}
