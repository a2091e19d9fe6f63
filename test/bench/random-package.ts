import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convert } from '../../engine/weights/convert.ts';
import { DEFAULT_BLOCK } from '../../engine/weights/recipe.ts';
import { codestralConfig, writeRandomCheckpoint } from '../fixtures/random-checkpoint.ts';

export const LAYERS = 4;
export const BLOCK = DEFAULT_BLOCK;

/** A model of Codestral Mamba's layer shape, made once and kept in the temporary folder: 1.4 GB of random weights take a minute to write and convert. */
export async function randomPackage(): Promise<string> {
  const folder = join(tmpdir(), `mamba-complete-bench-codestral-${LAYERS}-layers-4-bits-${BLOCK}-v2`);
  if (existsSync(folder)) return folder;
  const source = `${folder}-source`;
  console.log('Making a random model of four layers, once …');
  writeRandomCheckpoint(source, codestralConfig(LAYERS));
  await convert({ source, destination: folder, bits: 4, block: BLOCK });
  await rm(source, { recursive: true });
  return folder;
}
