import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The parts of package.json that the tests compare the running extension with. */
export interface Manifest {
  name: string;
  version: string;
  publisher: string;
  contributes?: {
    commands?: { command: string }[];
    configuration?: Configuration | Configuration[];
  };
}

interface Configuration {
  properties: Record<string, { default?: unknown }>;
}

/** The checkout: the nearest folder above this bundle (out/test/host/…) that has a package.json. */
export const repository = findUpwards(__dirname);

export const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as Manifest;

/** The extension's identifier as `vscode.extensions.getExtension` takes it. */
export const extensionId = `${manifest.publisher}.${manifest.name}`;

/** Every setting that package.json declares, with its declared default. */
export function declaredSettings(): [name: string, value: unknown][] {
  return [manifest.contributes?.configuration ?? []]
    .flat()
    .flatMap(({ properties }) => Object.entries(properties))
    .map(([name, property]) => [name, property.default]);
}

function findUpwards(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new Error(`No package.json above ${__dirname}: run from a build of the repository.`);
  return findUpwards(parent);
}
