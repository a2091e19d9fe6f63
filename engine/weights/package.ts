import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BadInputError } from '../errors.ts';
import { readJsonFile, unreadable } from './json-file.ts';
import { checkManifest, MANIFEST_FILE, type Manifest, type PackagedFile } from './manifest.ts';

/** A model package whose files were checked. */
export interface ModelPackage {
  folder: string;
  manifest: Manifest;
}

/**
 * Opens a model package: reads the manifest, checks that it describes the model it names, and the files' sizes and hashes.
 * @throws BadInputError naming the file and field.
 */
export async function openPackage(folder: string): Promise<ModelPackage> {
  const path = join(folder, MANIFEST_FILE);
  const manifest = checkManifest(path, await readJsonFile(path));
  for (const file of [manifest.weights, manifest.tokenizer]) {
    if (file !== null) await checkFile(folder, file);
  }
  return { folder, manifest };
}

/** sha256 of a file, in hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  return hash.digest('hex');
}

async function checkFile(folder: string, file: PackagedFile): Promise<void> {
  const path = join(folder, file.file);
  const { size } = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const action = 'The model package is damaged: convert or download it again.';
  if (size !== file.bytes) {
    throw new BadInputError({
      source: path,
      expected: `${file.bytes} bytes`,
      found: `${size} bytes`,
      action,
    });
  }
  const found = await hashFile(path);
  if (found !== file.sha256) {
    throw new BadInputError({ source: path, field: 'sha256', expected: file.sha256, found, action });
  }
}
