import { statfs } from 'node:fs/promises';
import { BadInputError } from '../errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { formatOf, type Precision } from './recipe.ts';

/** For the manifest, the tokenizer and the journal. */
const SMALL_FILES_BYTES = 32 * 2 ** 20;

/** There is no space for a package, or not enough. */
export class FullDiskError extends BadInputError {}

/** A full disk in the middle of a conversion has cost minutes, and has left others without room. */
export async function checkFreeSpace(
  { checkpoint, folder }: { checkpoint: Checkpoint; folder: string },
  options: Precision & { deleteSource?: boolean | undefined },
): Promise<void> {
  const needed = spaceNeeded(checkpoint, options);
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new FullDiskError({
    source: folder,
    expected: `${needed} bytes of free space`,
    found: `${bavail * bsize} bytes`,
    action: 'Free some space, or convert to fewer bits.',
  });
}

/** The most that the package takes at any time beyond what deleting the source's files has freed by then, in bytes. */
export function spaceNeeded(
  { files, tensors, config }: Checkpoint,
  options: Precision & { deleteSource?: boolean | undefined },
): number {
  let taken = 0;
  let most = 0;
  for (const path of files) {
    let fileBytes = 0;
    for (const [name, { path: tensorPath, shape, length }] of tensors) {
      if (tensorPath !== path) continue;
      const elements = shape.reduce((product, size) => product * size, 1);
      const format = formatOf(name, shape, options, config);
      // Four bytes a scale, should float16 not serve, and one a zero point.
      taken += format === undefined ? elements * 4 : elements * (format.bits / 8 + 5 / format.block);
      fileBytes += length;
    }
    most = Math.max(most, taken);
    if (options.deleteSource === true) taken -= fileBytes;
  }
  return Math.ceil(most) + SMALL_FILES_BYTES;
}

export function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

export function fullDisk(source: string, cause: unknown): FullDiskError {
  const action = 'Free some space and convert again, which goes on from here, or convert to fewer bits.';
  return new FullDiskError(
    { source, expected: 'space for the whole package', found: 'a full disk', action },
    { cause },
  );
}
