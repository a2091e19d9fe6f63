import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInputError } from '../errors.ts';
import { findTokenizer } from '../tokenizer/index.ts';
import { convert as convertHere, type ConvertOptions } from '../weights/convert.ts';
import { MANIFEST_FILE } from '../weights/manifest.ts';
import { readConfig } from '../weights/read-config.ts';
import { findModel, type CatalogueModel } from './catalogue.ts';
import { FolderLock } from './folder-lock.ts';
import { chooseFiles } from './hub/choose-files.ts';
import { HubClient, type HubOptions } from './hub/client.ts';
import { HubError } from './hub/errors.ts';
import { downloadModel, isThere, type ModelDownloadOptions } from './hub/download-model.ts';
import type { HubFile } from './hub/part-file.ts';
import type { DownloadProgress } from './hub/progress.ts';
import { readRepository, type Repository } from './hub/repository.ts';
import { readModel, sweep, type InstalledModel } from './installed.ts';
import { modelName } from './model-name.ts';
import { placesOf } from './places.ts';
import { readRecord, writeRecord, type ModelRecord } from './record.ts';

/** What an installation is doing; each phase comes once and in this order, and those that are done already are left out. */
export type InstallProgress =
  | { phase: 'looking' }
  | ({ phase: 'downloading' } & DownloadProgress)
  /** Bytes of the weights that are converted. */
  | { phase: 'converting'; done: number; total: number; bytesPerSecond: number };

export interface InstallOptions
  extends HubOptions, Pick<ModelDownloadOptions, 'retry' | 'stallMs' | 'open' | 'statfs'> {
  /** The models folder. */
  models: string;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: InstallProgress) => void) | undefined;
  /** Bits a weight; the catalogue's by default, 4 for other repositories. */
  bits?: 4 | 8 | undefined;
  /** Weights that share a scale; the recipe's default. */
  block?: number | undefined;
  /** Branch, tag or commit of a repository that is not in the catalogue. Default `main`. */
  revision?: string | undefined;
  /** Keep the downloaded files beside the package. Otherwise each goes as soon as it is converted. Default false. */
  keepsSource?: boolean | undefined;
  /** Makes the package; one that computes in another thread by the caller's choice. Default: in this thread. */
  convert?: ((options: ConvertOptions) => Promise<unknown>) | undefined;
}

/** Package bytes for a byte of 16-bit source, scales and the 8-bit vocabulary included; 32-bit sources need half. */
const PACKAGE_SHARE = { 4: 0.36, 8: 0.6 };

/**
 * Installs a model: downloads what is missing, converts it, and removes the download. Cancelled, closed in between or failed, it
 * goes on where it was when it is called again. An installed model is returned as it is.
 * @param which a model of the catalogue by itself, its id or repository, or another repository as `owner/name`
 * @throws HubError, HubUnavailableError, BadInputError, or the signal's reason
 */
export async function install(
  which: CatalogueModel | string,
  options: InstallOptions,
): Promise<InstalledModel> {
  const known = typeof which === 'string' ? findModel(which) : which;
  const wanted = describeModel(known, typeof which === 'string' ? which : which.id, options);
  const client = new HubClient(options);
  const places = placesOf(options.models, wanted.name);
  await mkdir(places.folder, { recursive: true });
  await sweep(options.models);
  const lock = await FolderLock.take(places.lock);
  const signal = options.signal === undefined ? lock.signal : AbortSignal.any([options.signal, lock.signal]);
  try {
    if (!existsSync(join(places.package, MANIFEST_FILE))) {
      await makePackage(wanted, client, { ...options, signal });
    }
    if (options.keepsSource !== true) await rm(places.source, { recursive: true, force: true });
  } finally {
    // Nothing was begun: no folder stays behind.
    if (!existsSync(places.record)) await rm(places.folder, { recursive: true, force: true });
    await lock.release();
  }
  const installed = await readModel(options.models, wanted.name);
  if (installed === undefined) throw new Error(`${places.folder} went away while it was installed`);
  return installed;
}

interface Wanted extends Pick<ModelRecord, 'title' | 'repository' | 'requested' | 'fim' | 'bits' | 'block'> {
  name: string;
  licence: string | null;
}

function describeModel(known: CatalogueModel | undefined, name: string, options: InstallOptions): Wanted {
  const bits = options.bits ?? known?.bits ?? 4;
  const suffix = bits === (known?.bits ?? 4) ? '' : `-${bits}bit`;
  return {
    name: modelName(known?.id ?? name) + suffix,
    title: known?.title ?? name,
    repository: known?.repository ?? name,
    requested: options.revision ?? known?.revision ?? 'main',
    licence: known?.licence ?? null,
    fim: known?.fim ?? null,
    bits,
    block: options.block ?? null,
  };
}

async function makePackage(wanted: Wanted, client: HubClient, options: InstallOptions): Promise<void> {
  const places = placesOf(options.models, wanted.name);
  const earlier = await readRecord(places.record);
  // A conversion under way deletes what it has done with; it alone knows what it still needs.
  if (earlier?.files != null && isSame(earlier, wanted) && existsSync(places.incomplete)) {
    try {
      await convertSource(wanted, earlier.files, options);
      return;
    } catch (error) {
      if (!isMissingFile(error)) throw error;
    }
  }
  const files = await download(wanted, client, options);
  await convertSource(wanted, files, options);
}

async function convertSource(
  { name, bits, block, title }: Wanted,
  files: readonly HubFile[],
  { models, signal, onProgress, keepsSource, convert = convertHere }: InstallOptions,
): Promise<void> {
  signal?.throwIfAborted();
  const places = placesOf(models, name);
  const tokenizer = await findTokenizer(places.source);
  const hashes = files.filter(({ digest }) => digest.algorithm === 'sha256');
  await convert({
    source: places.source,
    destination: places.package,
    bits,
    block: block ?? undefined,
    name: title,
    tokenizer: tokenizer?.file,
    sourceHashes: Object.fromEntries(hashes.map(({ path, digest }) => [path, digest.value])),
    deleteSource: keepsSource !== true,
    signal,
    onProgress: (done, total, bytesPerSecond) => {
      onProgress?.({ phase: 'converting', done, total, bytesPerSecond });
    },
  });
}

function isMissingFile(error: unknown): boolean {
  const cause = error instanceof BadInputError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

/** Downloads what is missing of the source; nothing is asked of the hub if nothing is. */
async function download(
  wanted: Wanted,
  client: HubClient,
  options: InstallOptions,
): Promise<readonly HubFile[]> {
  const { signal, retry, onProgress } = options;
  const places = placesOf(options.models, wanted.name);
  const earlier = await readRecord(places.record);
  let resumed = earlier !== undefined && isSame(earlier, wanted) ? earlier : undefined;
  if (resumed?.files != null && (await isComplete(places.source, resumed.files))) {
    await writeRecord(places.record, { ...resumed, bits: wanted.bits, block: wanted.block });
    return resumed.files;
  }

  onProgress?.({ phase: 'looking' });
  const read = (revision: string): Promise<Repository> =>
    readRepository(wanted.repository, revision, { client, retry, signal });
  const repository = await read(resumed?.revision ?? wanted.requested).catch((error: unknown) => {
    if (resumed === undefined || !isNotFound(error)) throw error;
    // The history was rewritten: the commit that was begun is gone.
    resumed = undefined;
    return read(wanted.requested);
  });
  chooseFiles(repository);
  if (resumed === undefined) {
    // What was downloaded and converted of another revision.
    for (const path of [places.source, places.incomplete]) await rm(path, { recursive: true, force: true });
  }
  const record = recordOf(wanted, client, repository);
  await writeRecord(places.record, record);
  const files = await downloadModel(repository, places.source, {
    ...options,
    client,
    spaceAfter: (weightBytes) => weightBytes * PACKAGE_SHARE[wanted.bits],
    // Whether this program can run the model is known from a few kilobytes.
    onSmallFiles: async (source) => {
      try {
        await readConfig(source);
        await findTokenizer(source);
      } catch (error) {
        await rm(places.record);
        throw error;
      }
    },
    onProgress: (progress) => onProgress?.({ phase: 'downloading', ...progress }),
  });
  await writeRecord(places.record, { ...record, files });
  return files;
}

async function isComplete(folder: string, files: readonly HubFile[]): Promise<boolean> {
  const there = await Promise.all(files.map((file) => isThere(folder, file)));
  return there.every(Boolean);
}

const isNotFound = (error: unknown): boolean => error instanceof HubError && error.kind === 'not-found';

/** Whether the download is of the same source, for which the hub takes any case; the precision is decided after it. */
function isSame(record: ModelRecord, { repository, requested }: Wanted): boolean {
  const isSameRepository = record.repository.toLowerCase() === repository.toLowerCase();
  return isSameRepository && record.requested === requested;
}

function recordOf(wanted: Wanted, client: HubClient, repository: Repository): ModelRecord {
  const { title, requested, licence, fim, bits, block } = wanted;
  return {
    version: 1,
    title,
    endpoint: client.endpoint,
    repository: repository.name,
    requested,
    revision: repository.revision,
    licence: repository.licence ?? licence,
    fim,
    bits,
    block,
    files: null,
  };
}
