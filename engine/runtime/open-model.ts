import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { convert } from '../weights/convert.ts';
import { MANIFEST_FILE, openPackage, type Manifest } from '../weights/package.ts';
import type { SessionOptions } from './model-session.ts';
import { ModelSession } from './model-session.ts';

/** A model that is loaded, whatever its folder held. */
export interface OpenModel {
  /** The checkpoint's or package's own folder. */
  folder: string;
  manifest: Manifest;
  session: ModelSession;
}

/**
 * Opens a model package, or a checkpoint in full precision (by way of a package in the temporary folder, removed when loaded).
 * @throws BadInputError naming what is wrong with the folder.
 */
export async function openModel(folder: string, options: SessionOptions): Promise<OpenModel> {
  if (existsSync(join(folder, MANIFEST_FILE))) {
    const model = await openPackage(folder);
    return { folder, manifest: model.manifest, session: await ModelSession.open(model, options) };
  }
  const temporary = await mkdtemp(join(tmpdir(), 'mamba-complete-'));
  try {
    const destination = join(temporary, basename(resolve(folder)));
    const manifest = await convert({ source: folder, destination, bits: 32, block: 32 });
    const session = await ModelSession.open(
      { folder: destination, manifest },
      { ...options, source: folder },
    );
    return { folder, manifest, session };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
