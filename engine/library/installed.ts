import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInputError } from '../errors.ts';
import { openPackage } from '../weights/package.ts';
import { MANIFEST_FILE } from '../weights/manifest.ts';
import { FolderLock } from './folder-lock.ts';
import { placesOf } from './places.ts';
import { readRecord, type ModelRecord } from './record.ts';

/** Folders in which a model was, until they are gone. */
const REMOVED = '.removed-';

/** A model in the models folder. */
export interface InstalledModel {
  /** Name of its folder. */
  name: string;
  /** `partial`: its download or conversion goes on where it was when it is installed again. */
  state: 'installed' | 'partial';
  /** The model package to open, if it is installed. */
  package: string;
  /** Bytes on disk, all together. */
  bytes: number;
  /** Whether a process is installing it now. */
  isBusy: boolean;
  record: ModelRecord;
}

/** What is in a models folder, by name; a folder that does not exist is empty. */
export async function listModels(models: string): Promise<InstalledModel[]> {
  const names = await readdir(models).catch(() => []);
  const found = await Promise.all(names.sort().map((name) => readModel(models, name)));
  return found.filter((model) => model !== undefined);
}

/** One model; undefined if there is none of that name. */
export async function readModel(models: string, name: string): Promise<InstalledModel | undefined> {
  if (name.startsWith('.')) return undefined;
  const places = placesOf(models, name);
  const record = await readRecord(places.record);
  if (record === undefined) return undefined;
  return {
    name,
    state: existsSync(join(places.package, MANIFEST_FILE)) ? 'installed' : 'partial',
    package: places.package,
    bytes: await bytesIn(places.folder),
    isBusy: await FolderLock.isHeld(places.lock),
    record,
  };
}

/**
 * Removes a model, or what there is of it: at once under its name, then from the disk.
 * @throws BadInputError if there is none, or a process is installing it
 */
export async function removeModel(models: string, name: string): Promise<void> {
  const { folder, lock } = placesOf(models, name);
  if ((await readModel(models, name)) === undefined) throw missing(models, name);
  const held = await FolderLock.take(lock);
  try {
    await rename(folder, join(models, `${REMOVED}${randomUUID()}`));
  } catch (error) {
    await held.release();
    throw new BadInputError(
      {
        source: folder,
        expected: 'a model that is not in use',
        found: error instanceof Error ? error.message : String(error),
        action: 'Switch to another model in every window, and remove it then.',
      },
      { cause: error },
    );
  }
  await held.release();
  await sweep(models);
}

/**
 * Reads a model's package again and holds it against its hashes.
 * @throws BadInputError if it is not installed, or damaged
 */
export async function verifyModel(models: string, name: string): Promise<void> {
  const model = await readModel(models, name);
  if (model?.state !== 'installed') throw missing(models, name);
  await openPackage(model.package);
}

/** Removes from the disk what was removed by name; what cannot be removed now waits for the next time. */
export async function sweep(models: string): Promise<void> {
  const names = await readdir(models).catch(() => []);
  for (const name of names.filter((entry) => entry.startsWith(REMOVED))) {
    await rm(join(models, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function missing(models: string, name: string): BadInputError {
  return new BadInputError({
    source: models,
    field: name,
    expected: 'an installed model',
    found: 'none of that name',
    action: 'Choose one that is in the list of installed models.',
  });
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      (entry) => (entry.isFile() ? entry.size : 0),
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
