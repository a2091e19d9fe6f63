import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { BadInputError } from '../errors.ts';
import { openCheckpoint, readTensor, type Checkpoint } from './checkpoint.ts';
import { tensorShapes } from './mamba2-config.ts';
import type { Manifest, PackagedFile, StoredTensor } from './package.ts';
import { FORMAT, FORMAT_VERSION, hashFile, MANIFEST_FILE } from './package.ts';
import { quantizeBlocks } from './quantize.ts';

/** Tensors begin at multiples of this many bytes: a cache line, and the widest vector. */
const ALIGNMENT = 64;
/** The smallest block that is worth a scale of its own. */
const MIN_BLOCK = 32;
/**
 * Where a tokenizer is looked for, in this order. A SentencePiece model comes first: Mistral's repositories also hold a
 * tokenizer.json that was converted from it, which is not byte-level and cannot be read.
 */
const TOKENIZER_FILES = [
  /^tokenizer\.model$/,
  /^tokenizer\.model\.v\d+$/,
  /^tokenizer\.json$/,
  /\.model(?:\.v\d+)?$/,
];
/** One call writes less than 2 GiB. */
const MAX_WRITE_BYTES = 1 << 30;

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
    const { tensors, parameters, weights } = await writeWeights(checkpoint, incomplete, options);
    const manifest: Manifest = {
      format: FORMAT,
      version: FORMAT_VERSION,
      name: options.name ?? basename(resolve(options.source)),
      config: checkpoint.config,
      bits: options.bits,
      parameters,
      weights,
      tokenizer: await copyTokenizer(options.source, incomplete),
      tensors,
    };
    await writeFile(join(incomplete, MANIFEST_FILE), `${JSON.stringify(manifest, null, 1)}\n`);
    await rename(incomplete, destination);
    return manifest;
  } catch (error) {
    await rm(incomplete, { recursive: true, force: true });
    throw error;
  }
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
  const isProjection = name.endsWith('_proj.weight');
  const tensorBits = isProjection ? bits : 8;
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

async function copyTokenizer(source: string, destination: string): Promise<PackagedFile | null> {
  const files = (await readdir(source)).sort();
  for (const pattern of TOKENIZER_FILES) {
    const file = files.find((name) => pattern.test(name));
    if (file === undefined) continue;
    const target = join(destination, file);
    await copyFile(join(source, file), target);
    return { file, bytes: (await stat(target)).size, sha256: await hashFile(target) };
  }
  return null;
}

/** Appends tensors to the weights file and hashes what it writes. */
class WeightsWriter {
  private readonly hash = createHash('sha256');
  private position = 0;

  private constructor(
    private readonly path: string,
    private readonly file: Awaited<ReturnType<typeof open>>,
  ) {}

  static async create(path: string): Promise<WeightsWriter> {
    return new WeightsWriter(path, await open(path, 'wx'));
  }

  /** Returns the offset at which the bytes stand. */
  async append(bytes: Uint8Array): Promise<number> {
    const offset = Math.ceil(this.position / ALIGNMENT) * ALIGNMENT;
    await this.write(new Uint8Array(offset - this.position));
    await this.write(bytes);
    return offset;
  }

  async finish(): Promise<PackagedFile> {
    await this.file.sync();
    return { file: basename(this.path), bytes: this.position, sha256: this.hash.digest('hex') };
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async write(bytes: Uint8Array): Promise<void> {
    this.hash.update(bytes);
    let written = 0;
    while (written < bytes.byteLength) {
      const length = Math.min(bytes.byteLength - written, MAX_WRITE_BYTES);
      written += (await this.file.write(bytes, written, length)).bytesWritten;
    }
    this.position += bytes.byteLength;
  }
}
