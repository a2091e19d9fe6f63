import { readdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../process-alive.ts';

const PREFIX = 'mamba-complete-weights-';

/** A folder in the system's temporary folder that holds a large file while a model is loaded. Its name tells whose it is. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** Removes what processes that were killed have left: it can be tens of gigabytes. */
export function sweepTemporaryFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) removeFolder(join(tmpdir(), name));
  }
}

/** Removes a folder as far as the system lets it: Windows keeps mapped files until their process ends. */
export function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // The next process that loads a model sweeps it.
  }
}
