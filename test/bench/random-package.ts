import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convert } from '../../engine/weights/convert.ts';
import type { ModelConfig } from '../../engine/weights/model-config.ts';
import { codestralConfig, writeRandomCheckpoint } from '../fixtures/random-checkpoint.ts';

export const LAYERS = 4;

/** A model of Codestral Mamba's layer shape. */
export function randomPackage(): Promise<string> {
  return randomPackageOf(`codestral-${LAYERS}-layers`, codestralConfig(LAYERS));
}

/** A model of random weights, made once and kept in the temporary folder: a gigabyte of them takes a minute to write and convert. */
export async function randomPackageOf(name: string, config: ModelConfig): Promise<string> {
  const folder = join(tmpdir(), `mamba-complete-bench-${name}-4-bits-v3`);
  if (existsSync(folder)) return folder;
  const source = `${folder}-source`;
  console.log(`Making a random model (${name}), once …`);
  writeRandomCheckpoint(source, config);
  await convert({ source, destination: folder, bits: 4 });
  await rm(source, { recursive: true });
  return folder;
}
