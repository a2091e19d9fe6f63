import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from './repository.ts';

/** A fresh temporary folder; hot exit restores buffers, so no two runs may share one. */
export function temporaryFolder(purpose: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `mamba-complete-${purpose}-`));
}

/** A copy of the sample project that may be edited at will. */
export async function copySampleProject(into: string): Promise<string> {
  const folder = join(into, 'sample-project');
  await cp(join(repository, 'test', 'fixtures', 'sample-project'), folder, { recursive: true });
  return folder;
}

export async function removeFolder(folder: string): Promise<void> {
  // A server that is going down may still write a file into a folder that is being removed.
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
