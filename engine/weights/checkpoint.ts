import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BadInputError, describe } from '../errors.ts';
import { readJsonFile } from './json-file.ts';
import { tensorShapes, type ModelConfig } from './model-config.ts';
import type { Layout } from './read-config.ts';
import { readConfig } from './read-config.ts';
import type { TensorLocation } from './safetensors.ts';
import { readSafetensorsHeader } from './safetensors.ts';

/** A model as its makers publish it: a config and tensors in safetensors files. */
export interface Checkpoint {
  folder: string;
  config: ModelConfig;
  /** Paths of the files that hold tensors. */
  files: readonly string[];
  /** Names of the files that hold or held tensors: those that are gone too. */
  named: ReadonlySet<string>;
  /** Where each tensor stands, in the order and by the names of {@link tensorShapes}. */
  tensors: ReadonlyMap<string, TensorLocation>;
}

const FILES: Record<Layout, string> = {
  'hugging-face': 'model.safetensors',
  mistral: 'consolidated.safetensors',
};

/**
 * Opens a checkpoint folder in either layout, in one file or in shards with an index.
 * @param done names of tensors that are needed no more: they are left out, and files that held only such may be gone.
 * @throws BadInputError if a tensor is missing or has a shape that the config does not give.
 */
export async function openCheckpoint(
  folder: string,
  done: ReadonlySet<string> = new Set(),
): Promise<Checkpoint> {
  const { config, layout } = await readConfig(folder);
  const shapes = [...tensorShapes(config)].filter(([name]) => !done.has(name));
  const toStored = (name: string): string => (layout === 'mistral' ? mistralName(name) : name);
  const needed = new Set(shapes.map(([name]) => toStored(name)));
  const { files, named, stored } = await readHeaders(join(folder, FILES[layout]), needed);
  const tensors = new Map<string, TensorLocation>();
  for (const [name, shape] of shapes) {
    const storedName = toStored(name);
    const location = stored.get(storedName);
    if (location === undefined) {
      throw new BadInputError({
        source: files.length === 1 ? (files[0] ?? folder) : folder,
        field: storedName,
        expected: `a tensor of shape ${JSON.stringify(shape)}`,
        found: 'no such tensor',
        action: 'Check that every file of the model was downloaded and that the config belongs to it.',
      });
    }
    if (location.shape.length !== shape.length || location.shape.some((size, axis) => size !== shape[axis])) {
      throw new BadInputError({
        source: location.path,
        field: storedName,
        expected: `shape ${JSON.stringify(shape)}`,
        found: `shape ${JSON.stringify(location.shape)}`,
        action: 'Check that the config belongs to these weights.',
      });
    }
    tensors.set(name, location);
  }
  return { folder, config, files, named, tensors };
}

/** mamba_ssm's names stand under `model.`, and its embedding is in the singular. */
function mistralName(name: string): string {
  return `model.${name.replace('backbone.embeddings.', 'backbone.embedding.')}`;
}

async function readHeaders(
  single: string,
  needed: ReadonlySet<string>,
): Promise<{ files: string[]; named: Set<string>; stored: Map<string, TensorLocation> }> {
  const one = new Set([basename(single)]);
  const index = `${single}.index.json`;
  if (needed.size === 0 && !existsSync(single) && !existsSync(index))
    return { files: [], named: one, stored: new Map() };
  if (existsSync(single) || !existsSync(index)) {
    return { files: [single], named: one, stored: await readSafetensorsHeader(single) };
  }
  const { weight_map: weightMap } = await readJsonFile(index);
  if (typeof weightMap !== 'object' || weightMap === null) {
    throw badIndex(index, 'weight_map', 'an object of tensor names to file names', describe(weightMap));
  }
  const files = new Map<string, Map<string, TensorLocation>>();
  const stored = new Map<string, TensorLocation>();
  // Of files that are gone nothing may be needed any more.
  const gone = new Set<unknown>();
  for (const [name, file] of Object.entries(weightMap)) {
    if (!needed.has(name) && !existsSync(join(dirname(single), String(file)))) gone.add(file);
  }
  for (const [name, file] of Object.entries(weightMap)) {
    // A name with a folder in it could point anywhere on the disk.
    if (typeof file !== 'string' || !/^\w[\w.-]*$/.test(file)) {
      throw badIndex(index, name, 'the name of a file beside the index', describe(file));
    }
    if (!needed.has(name) && gone.has(file)) continue;
    const path = join(dirname(single), file);
    const header = files.get(path) ?? (await readSafetensorsHeader(path));
    files.set(path, header);
    const location = header.get(name);
    if (location === undefined) throw badIndex(path, name, 'this tensor, which the index promises', 'none');
    stored.set(name, location);
  }
  return { files: [...files.keys()], named: new Set(Object.values(weightMap).map(String)), stored };
}

function badIndex(source: string, field: string, expected: string, found: string): BadInputError {
  return new BadInputError({
    source,
    field,
    expected,
    found,
    action: 'Download the model again.',
  });
}
