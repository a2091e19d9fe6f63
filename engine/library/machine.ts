import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { availableMemory, defaultThreads, totalMemory } from '../resources.ts';
import { freeBytes } from './hub/free-space.ts';
import { ReadBandwidth } from './read-bandwidth.ts';

/** What decides which models fit; bytes, and bytes a second. */
export interface Machine {
  /** That a process may come to have: less than the machine's in a container. */
  totalMemory: number;
  /** Free now, or in caches that the system gives up. */
  freeMemory: number;
  /** Free on the disk of the models' folder. */
  freeDisk: number;
  /** At which the model's threads read memory together. */
  bandwidth: number;
}

const MEBIBYTES_A_THREAD = 128;

/**
 * Reads this machine's figures.
 * @param folder of the models; it need not exist
 * @param bandwidth as measured earlier; without it, some 0.3 s of all the model's threads go into measuring
 */
export async function readMachine(folder: string, bandwidth?: number): Promise<Machine> {
  let existing = resolve(folder);
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  return {
    totalMemory: totalMemory(),
    freeMemory: availableMemory(),
    freeDisk: await freeBytes(existing),
    bandwidth: bandwidth ?? (await measureBandwidth()),
  };
}

/** Bytes a second that the threads of a model read together: in threads of their own, the caller's stays free. */
export async function measureBandwidth(): Promise<number> {
  const reader = await ReadBandwidth.start(defaultThreads(), MEBIBYTES_A_THREAD);
  try {
    return await reader.measure();
  } finally {
    await reader.stop();
  }
}
