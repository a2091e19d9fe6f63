import { existsSync } from 'node:fs';
import { copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { BadInputError } from '../errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { ConvertOptions } from './convert-options.ts';
import { encodeTensor, STRIP_WEIGHTS } from './encode-tensor.ts';
import { checkFreeSpace, fullDisk, isFull } from './free-space.ts';
import { JOURNAL_FILE } from './journal.ts';
import { tensorShapes } from './model-config.ts';
import type { Manifest, PackagedFile } from './manifest.ts';
import { FORMAT, FORMAT_VERSION, MANIFEST_FILE } from './manifest.ts';
import { hashFile } from './package.ts';
import { Progress } from './progress.ts';
import { BlockQuantizer } from './quantize.ts';
import { formatOf } from './recipe.ts';
import type { TensorLocation } from './safetensors.ts';
import { SourceReader } from './source-reader.ts';
import type { OpenFile } from './weights-writer.ts';
import { beginWork, type Work } from './work.ts';

export type { ConvertOptions } from './convert-options.ts';

/**
 * Converts a checkpoint to a model package. Nothing stands at the destination until all of it does. Where it was interrupted, the
 * next call with the same source, destination and precision goes on.
 *
 * Memory: some strips of 8 MiB and the scales of one matrix, whatever the model's size.
 * @throws BadInputError if the checkpoint is not right, the disk is full or the destination exists; the signal's reason.
 */
export async function convert(options: ConvertOptions, openFile: OpenFile = open): Promise<Manifest> {
  const destination = resolve(options.destination);
  if (existsSync(destination)) {
    throw new BadInputError({
      source: destination,
      expected: 'a folder that does not exist yet',
      found: 'an existing one',
      action: 'Choose another destination, or remove it.',
    });
  }
  const folder = `${destination}.incomplete`;
  const work = await beginWork(options, folder, openFile);
  try {
    await checkFreeSpace(work, options);
    await convertFiles(work, options);
    const manifest = await finish(work, folder, options);
    await work.close();
    await rename(folder, destination);
    await rm(join(destination, JOURNAL_FILE));
    return manifest;
  } catch (error) {
    // What is complete of it serves the next call.
    await work.keep().catch(() => undefined);
    await work.close();
    if (isFull(error)) throw fullDisk(destination, error);
    const isSpoilt = error instanceof BadInputError && options.deleteSource !== true;
    if (isSpoilt || !work.hasDone) await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** File by file, each from its front to its end: what is read in order can be hashed on the way, and deleted soonest. */
async function convertFiles(work: Work, options: ConvertOptions): Promise<void> {
  const { checkpoint } = work;
  const quantizer = new BlockQuantizer(STRIP_WEIGHTS);
  const progress = new Progress(work.read, bytesOf(checkpoint), options.onProgress);
  for (const [path, tensors] of tensorsByFile(checkpoint)) {
    const file = basename(path);
    const known = options.sourceHashes?.[file] ?? null;
    const inOneGo = tensors.length > 0 && !work.hasRead(file);
    const reader = await SourceReader.open(path, { hash: inOneGo && known === null });
    try {
      for (const [name, location] of tensors) {
        const source = {
          name,
          location,
          reader,
          onStrip: (bytes: number): void => {
            progress.add(bytes);
            options.signal?.throwIfAborted();
          },
        };
        const format = formatOf(name, location.shape, options, checkpoint.config);
        const stored = await encodeTensor(source, format, quantizer, work.writer);
        await work.add(name, stored, file, location.length);
      }
      const sha256 = (await reader.digest()) ?? known;
      if (inOneGo) work.noteFile(file, sha256);
    } finally {
      await reader.close();
    }
    // So that what comes of a file that changes later can be dropped alone.
    await work.keep();
    if (options.deleteSource === true) await rm(path);
  }
}

async function finish(work: Work, folder: string, options: ConvertOptions): Promise<Manifest> {
  const { config } = work.checkpoint;
  const elements = [...tensorShapes(config).values()].map((shape) => shape.reduce((a, b) => a * b, 1));
  const manifest: Manifest = {
    format: FORMAT,
    version: FORMAT_VERSION,
    name: options.name ?? basename(resolve(options.source)),
    config,
    bits: options.bits,
    parameters: elements.reduce((sum, size) => sum + size, 0),
    weights: await work.writer.finish(),
    tokenizer: options.tokenizer === undefined ? null : await copyTokenizer(options.tokenizer, folder),
    source: work.sourceFiles(),
    tensors: work.tensors(),
  };
  const file = await open(join(folder, MANIFEST_FILE), 'w');
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 1)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return manifest;
}

/** In the order of their places. */
function tensorsByFile({ files, tensors }: Checkpoint): Map<string, [string, TensorLocation][]> {
  const byFile = new Map(files.map((path): [string, [string, TensorLocation][]] => [path, []]));
  for (const [name, location] of tensors) byFile.get(location.path)?.push([name, location]);
  for (const entries of byFile.values()) entries.sort(([, a], [, b]) => a.offset - b.offset);
  return byFile;
}

function bytesOf({ tensors }: Checkpoint): number {
  return [...tensors.values()].reduce((sum, { length }) => sum + length, 0);
}

async function copyTokenizer(source: string, folder: string): Promise<PackagedFile> {
  const file = basename(source);
  const target = join(folder, file);
  await copyFile(source, target);
  return { file, bytes: (await stat(target)).size, sha256: await hashFile(target) };
}
