import { rm } from 'node:fs/promises';

/**
 * Deletes the states that were kept on disk. Another window may write there at the same time: what is left is deleted when the
 * engine is opened the next time, and nobody reads it until then.
 */
export async function forgetStates(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}
