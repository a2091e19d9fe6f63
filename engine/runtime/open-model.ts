import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { convert } from '../weights/convert.ts';
import { MANIFEST_FILE, type Manifest } from '../weights/manifest.ts';
import { tensorShapes, type ModelConfig } from '../weights/model-config.ts';
import { openPackage, type ModelPackage } from '../weights/package.ts';
import { readConfig } from '../weights/read-config.ts';
import { asMemoryError, checkMemory } from './memory.ts';
import { ModelSession, type SessionOptions } from './model-session.ts';
import { removeFolder, sweepTemporaryFolders, temporaryFolder } from './temporary-folder.ts';

/** A model that is loaded, whatever its folder held. */
export interface OpenModel {
  /** The checkpoint's or package's own folder. */
  folder: string;
  manifest: Manifest;
  session: ModelSession;
  /** Names what a state depends on: other weights, or the same ones in another shape or number of bits, have another. */
  hash: string;
  /** Frees the model's memory, and on disk what only loading it has made. */
  close(): Promise<void>;
}

export interface OpenOptions extends SessionOptions {
  /** Memory that the model may take, in bytes; any where it is left out. */
  availableBytes?: number | undefined;
}

/**
 * Opens a model package, or a checkpoint in full precision by way of a package in the temporary folder, which takes four bytes a
 * parameter there until the model is closed: convert a large one first.
 * @throws BadInputError naming what is wrong with the folder; NotEnoughMemoryError if it does not fit in memory.
 */
export async function openModel(folder: string, options: OpenOptions): Promise<OpenModel> {
  sweepTemporaryFolders();
  if (existsSync(join(folder, MANIFEST_FILE))) {
    const { manifest } = await openPackage(folder);
    const session = await loaded({ folder, manifest }, options);
    return { folder, manifest, session, hash: hashOf(manifest), close: () => session.close() };
  }
  const { availableBytes } = options;
  // Before minutes of work, and a large file that may lie in memory itself.
  if (availableBytes !== undefined)
    checkMemory(folder, fullPrecisionBytes((await readConfig(folder)).config), availableBytes);
  const temporary = await temporaryFolder();
  try {
    const destination = join(temporary, basename(resolve(folder)));
    const manifest = await convert({ source: folder, destination, bits: 32, block: 32 });
    const session = await loaded({ folder: destination, manifest }, { ...options, source: folder });
    // The runtime has the weights mapped. Windows keeps the file until they are unmapped; elsewhere it may go at once.
    removeFolder(temporary);
    const close = async (): Promise<void> => {
      await session.close();
      removeFolder(temporary);
    };
    return { folder, manifest, session, hash: hashOf(manifest), close };
  } catch (error) {
    removeFolder(temporary);
    throw error;
  }
}

/** Bytes of a model's weights in float32. */
function fullPrecisionBytes(config: ModelConfig): number {
  const sizes = [...tensorShapes(config).values()].map((shape) => shape.reduce((all, size) => all * size, 1));
  return Float32Array.BYTES_PER_ELEMENT * sizes.reduce((sum, size) => sum + size, 0);
}

async function loaded(
  model: ModelPackage,
  { availableBytes, ...options }: OpenOptions,
): Promise<ModelSession> {
  const { source = model.folder } = options;
  const { bytes } = model.manifest.weights;
  if (availableBytes !== undefined) checkMemory(source, bytes, availableBytes);
  return ModelSession.open(model, options).catch((error: unknown) => {
    throw asMemoryError(error, source, bytes);
  });
}

function hashOf({ weights, config, bits, tensors }: Manifest): string {
  const parts = JSON.stringify([weights.sha256, config, bits, tensors]);
  return createHash('sha256').update(parts).digest('hex');
}
