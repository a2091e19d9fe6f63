import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInputError } from '../../../engine/errors.ts';
import { openPackage } from '../../../engine/weights/package.ts';
import { ggufMetadata } from './gguf-metadata.ts';
import { ggufTensor } from './gguf-tensors.ts';
import { encodeGguf } from './gguf.ts';

/**
 * Writes a model package of 8 bits as a GGUF file for llama.cpp, in Q8_0: the same weights, but for their scales' rounding to float16.
 * @throws BadInputError if the package is damaged or has no tokenizer of ours
 */
export async function writeGguf(folder: string, destination: string): Promise<void> {
  const { manifest } = await openPackage(folder);
  const { config, tokenizer } = manifest;
  if (tokenizer === null) {
    throw new BadInputError({
      source: folder,
      field: 'tokenizer',
      expected: 'a tokenizer.json',
      found: 'none',
      action: "Put the model's own tokenizer into the package.",
    });
  }
  if (config.architecture !== 'mamba2') throw new Error('only Mamba-2 models are written as GGUF here');
  const weights = await readFile(join(folder, manifest.weights.file));
  const source = join(folder, tokenizer.file);
  const metadata = ggufMetadata(config, manifest.name, await readFile(source, 'utf8'), source);
  const tensors = Object.entries(manifest.tensors).map(([name, stored]) =>
    ggufTensor(name, stored, weights, config),
  );
  await writeFile(destination, encodeGguf(metadata, tensors));
}
