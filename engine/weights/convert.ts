import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { BadInputError } from '../errors.ts';
import { openCheckpoint, readTensor, type Checkpoint } from './checkpoint.ts';
import { isProjection, tensorShapes } from './model-config.ts';
import type { Manifest, PackagedFile, StoredTensor } from './manifest.ts';
import { FORMAT, FORMAT_VERSION, MANIFEST_FILE } from './manifest.ts';
import { hashFile } from './package.ts';
import { quantizeBlocks } from './quantize.ts';
import { ELEMENT_BYTES } from './safetensors.ts';
import { WeightsWriter } from './weights-writer.ts';

/** The smallest block that is worth a scale of its own. */
const MIN_BLOCK = 32;

export interface ConvertOptions {
  /** Folder of the checkpoint. */
  source: string;
  /** Folder of the model package to make; it may not exist. */
  destination: string;
  /** Bits a weight of the projections. At 4 bits the embedding and the head keep 8: few of the bytes, much of the error. */
  bits: 4 | 8 | 32;
  /** Weights that share a scale; a matrix whose rows it does not divide gets the largest smaller power of two that does. */
  block: number;
  /** What the package calls itself; the source folder's name by default. */
  name?: string | undefined;
  /** A tokenizer's file to put beside the weights; without one the package gives logits, and no text. */
  tokenizer?: string | undefined;
  /** Called before each tensor. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Converts a checkpoint to a model package. Nothing stands at the destination until all of it does.
 * Memory: a few times the largest tensor.
 * @throws BadInputError if the checkpoint is not right or the destination exists.
 */
export async function convert(options: ConvertOptions): Promise<Manifest> {
  const destination = resolve(options.destination);
  if (existsSync(destination)) {
    throw new BadInputError({
      source: destination,
      expected: 'a folder that does not exist yet',
      found: 'an existing one',
      action: 'Choose another destination, or remove it.',
    });
  }
  const checkpoint = await openCheckpoint(options.source);
  const incomplete = `${destination}.incomplete`;
  await rm(incomplete, { recursive: true, force: true });
  await mkdir(incomplete, { recursive: true });
  try {
    await checkFreeSpace(incomplete, checkpoint, options.bits);
    const { tensors, parameters, weights } = await writeWeights(checkpoint, incomplete, options);
    const manifest: Manifest = {
      format: FORMAT,
      version: FORMAT_VERSION,
      name: options.name ?? basename(resolve(options.source)),
      config: checkpoint.config,
      bits: options.bits,
      parameters,
      weights,
      tokenizer: options.tokenizer === undefined ? null : await copyTokenizer(options.tokenizer, incomplete),
      tensors,
    };
    await writeFile(join(incomplete, MANIFEST_FILE), `${JSON.stringify(manifest, null, 1)}\n`);
    await rename(incomplete, destination);
    return manifest;
  } catch (error) {
    await rm(incomplete, { recursive: true, force: true });
    throw isFull(error) ? fullDisk(destination, error) : error;
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function fullDisk(source: string, cause: unknown): BadInputError {
  const action = 'Free some space, or convert to fewer bits.';
  return new BadInputError(
    { source, expected: 'space for the whole package', found: 'a full disk', action },
    { cause },
  );
}

async function writeWeights(
  checkpoint: Checkpoint,
  folder: string,
  options: ConvertOptions,
): Promise<Pick<Manifest, 'tensors' | 'parameters' | 'weights'>> {
  const writer = await WeightsWriter.create(join(folder, 'weights.bin'));
  try {
    const tensors: Record<string, StoredTensor> = {};
    const shapes = [...tensorShapes(checkpoint.config)];
    let parameters = 0;
    for (const [index, [name, shape]] of shapes.entries()) {
      options.onProgress?.(index, shapes.length);
      const location = checkpoint.tensors.get(name);
      if (location === undefined) throw new Error(`openCheckpoint promised ${name}`);
      const values = await readTensor(location);
      checkFinite(values, location.path, name);
      parameters += values.length;
      tensors[name] = await store(writer, name, shape, values, options);
    }
    return { tensors, parameters, weights: await writer.finish() };
  } finally {
    // Windows removes no folder while a file in it is open.
    await writer.close();
  }
}

/** One weight that is no number would make every logit NaN, and the block that it stands in zero. */
function checkFinite(values: Float32Array, source: string, name: string): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new BadInputError({
    source,
    field: name,
    expected: 'finite weights',
    found: `${values[at] ?? NaN} at element ${at}`,
    action: 'The file is damaged, or its training failed: download it again, or choose another model.',
  });
}

async function store(
  writer: WeightsWriter,
  name: string,
  shape: readonly number[],
  values: Float32Array,
  { bits, block }: ConvertOptions,
): Promise<StoredTensor> {
  const [rows = 0, columns = 0] = shape;
  const isMatrix = shape.length === 2;
  const blockSize = isMatrix ? divisor(columns, block) : 0;
  if (bits === 32 || blockSize < MIN_BLOCK) {
    return { encoding: 'float32', shape, offset: await writer.append(bytesOf(values)) };
  }
  const tensorBits = isProjection(name) ? bits : 8;
  const { quants, scales, maxError } = quantizeBlocks(values, rows, columns, tensorBits, blockSize);
  const offset = await writer.append(quants);
  const scalesOffset = await writer.append(bytesOf(scales));
  return {
    encoding: 'blocks',
    shape: [rows, columns],
    bits: tensorBits,
    block: blockSize,
    offset,
    scalesOffset,
    maxError,
  };
}

/** The largest power of two up to `most` that divides `size`. */
function divisor(size: number, most: number): number {
  let block = most;
  while (size % block !== 0) block /= 2;
  return block;
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

async function copyTokenizer(source: string, folder: string): Promise<PackagedFile> {
  const file = basename(source);
  const target = join(folder, file);
  await copyFile(source, target);
  return { file, bytes: (await stat(target)).size, sha256: await hashFile(target) };
}

/** A full disk in the middle of a conversion has cost minutes, and has left others without room. */
async function checkFreeSpace(folder: string, { tensors }: Checkpoint, bits: number): Promise<void> {
  const elements = [...tensors.values()].reduce(
    (sum, { type, length }) => sum + length / ELEMENT_BYTES[type],
    0,
  );
  // Scales, the matrices that keep 8 bits, and the tokenizer: a quarter more at most.
  const needed = Math.ceil((elements * bits * 1.25) / 8);
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new BadInputError({
    source: folder,
    expected: `${needed} bytes of free space`,
    found: `${bavail * bsize} bytes`,
    action: 'Free some space, or convert to fewer bits.',
  });
}
