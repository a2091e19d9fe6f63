import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile } from '../../weights/json-file.ts';
import { chooseFiles, shardsOf } from './choose-files.ts';
import { downloadFile, type DownloadOptions } from './download-file.ts';
import { checkFreeSpace, type Statfs } from './free-space.ts';
import type { HubFile } from './part-file.ts';
import { ProgressMeter, type DownloadProgress } from './progress.ts';
import { resolveUrl, type Repository } from './repository.ts';

export interface ModelDownloadOptions extends Omit<DownloadOptions, 'onBytes'> {
  /** Called when config and tokenizer are there, before the weights: throws if the model is of no use here. */
  onSmallFiles?: ((folder: string) => Promise<void>) | undefined;
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Bytes that have to be free beside the download, such as for the package made from it. */
  spaceAfter?: ((weightBytes: number) => number) | undefined;
  /** Reads the free space; for tests. */
  statfs?: Statfs | undefined;
}

/** The disk is asked again whenever so much has arrived. */
const CHECK_SPACE_BYTES = 256 * 2 ** 20;

/**
 * Downloads what a model needs of a repository to a folder, going on from what is there: small files first, then the weights.
 * @returns the files, all of them there and right
 * @throws HubError, HubUnavailableError, or the signal's reason
 */
export async function downloadModel(
  repository: Repository,
  folder: string,
  options: ModelDownloadOptions,
): Promise<HubFile[]> {
  const { client, statfs, spaceAfter = () => 0 } = options;
  await mkdir(folder, { recursive: true });
  const { small, weights } = chooseFiles(repository);
  const load = (file: HubFile, onBytes?: DownloadOptions['onBytes']): Promise<void> =>
    downloadFile(resolveUrl(client, repository, file.path), file, join(folder, file.path), {
      ...options,
      onBytes,
    });
  for (const file of small) {
    if (!(await isThere(folder, file))) await load(file);
  }
  await options.onSmallFiles?.(folder);

  const shards =
    'index' in weights ? shardsOf(repository, await readJsonFile(join(folder, weights.index))) : [weights];
  const total = sum([...small, ...shards]);
  const after = spaceAfter(sum(shards));
  let done = sum(small);
  const missing: HubFile[] = [];
  for (const shard of shards) {
    if (await isThere(folder, shard)) done += shard.bytes;
    else missing.push(shard);
  }
  const meter = new ProgressMeter(total, options.onProgress ?? (() => undefined));
  meter.update(missing[0]?.path ?? shards[0]?.path ?? '', done, false);
  for (const shard of missing) {
    let before: number | undefined;
    let checkAt = 0;
    await load(shard, async (bytes) => {
      meter.update(shard.path, done + bytes, before !== undefined);
      if (before === undefined || bytes >= checkAt) {
        await checkFreeSpace(folder, total - done - bytes + after, statfs);
        checkAt = bytes + CHECK_SPACE_BYTES;
      }
      before = bytes;
    });
    done += shard.bytes;
  }
  return [...small, ...shards];
}

/** Whether a file has arrived. It has its name only since its hash was right: its size tells enough. */
export async function isThere(folder: string, { path, bytes }: HubFile): Promise<boolean> {
  const found = await stat(join(folder, path)).catch(() => undefined);
  return found?.isFile() === true && found.size === bytes;
}

function sum(files: readonly HubFile[]): number {
  return files.reduce((bytes, file) => bytes + file.bytes, 0);
}
