import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE } from '../weights/manifest.ts';

/** The places of one model in the models folder. */
export function placesOf(models: string, name: string) {
  const folder = join(models, name);
  return {
    folder,
    record: join(folder, 'record.json'),
    lock: join(folder, 'lock'),
    /** Downloaded files, until the package is made of them. */
    source: join(folder, 'source'),
    /** The model package: it is there when it is whole. */
    package: join(folder, 'package'),
    /** What is converted of it so far. */
    incomplete: join(folder, 'package.incomplete'),
  };
}

/** Whether a model in the folder is there only in part: by the names of files alone, for a thread that must not compute. */
export async function hasPartialModel(models: string): Promise<boolean> {
  const names = await readdir(models).catch(() => []);
  const partial = names
    .filter((name) => !name.startsWith('.'))
    .map(async (name) => {
      const places = placesOf(models, name);
      return (await isThere(places.record)) && !(await isThere(join(places.package, MANIFEST_FILE)));
    });
  return (await Promise.all(partial)).includes(true);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
