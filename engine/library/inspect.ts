import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJsonFile } from '../weights/json-file.ts';
import { tensorShapes } from '../weights/model-config.ts';
import { convSize, innerSize } from '../weights/model-shape.ts';
import { readConfig } from '../weights/read-config.ts';
import { fitOf, type Fit, type ModelSize } from './fit.ts';
import { chooseFiles, shardsOf } from './hub/choose-files.ts';
import { HubClient, type HubOptions } from './hub/client.ts';
import { downloadFile } from './hub/download-file.ts';
import type { HubFile } from './hub/part-file.ts';
import { readRepository, resolveUrl } from './hub/repository.ts';
import type { RetryPolicy } from './hub/retry.ts';
import type { Machine } from './machine.ts';

/** What a repository that is not in the catalogue holds, from a few kilobytes of it. */
export interface Inspection {
  repository: string;
  /** Of the model card; null if it names none. */
  licence: string | null;
  fit: Fit<ModelSize>;
}

export interface InspectOptions extends HubOptions {
  machine: Machine;
  /** Default `main`. */
  revision?: string | undefined;
  retry?: RetryPolicy | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Whether a repository can be installed, and how it would do on a machine.
 * @param name `owner/name`
 * @throws HubError or BadInputError if it holds nothing that this program runs; HubUnavailableError
 */
export async function inspect(name: string, options: InspectOptions): Promise<Inspection> {
  const client = new HubClient(options);
  const { revision = 'main', retry, signal, machine } = options;
  const repository = await readRepository(name, revision, { client, retry, signal });
  const { small, weights } = chooseFiles(repository);
  const folder = await mkdtemp(join(tmpdir(), 'mamba-complete-inspect-'));
  try {
    const load = (file: HubFile): Promise<void> =>
      downloadFile(resolveUrl(client, repository, file.path), file, join(folder, file.path), {
        client,
        retry,
        signal,
      });
    for (const file of small) {
      if (/^(config|params)\.json$|\.index\.json$/.test(file.path)) await load(file);
    }
    const shards =
      'index' in weights ? shardsOf(repository, await readJsonFile(join(folder, weights.index))) : [weights];
    const sourceBytes = shards.reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      repository: name,
      licence: repository.licence,
      fit: fitOf(await sizeOf(folder, sourceBytes), machine),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sizeOf(folder: string, sourceBytes: number): Promise<ModelSize> {
  const { config } = await readConfig(folder);
  const { stateSize, convKernel, layers, hiddenSize, vocabularySize } = config;
  const elements = [...tensorShapes(config).values()].map((shape) =>
    shape.reduce((size, one) => size * one, 1),
  );
  const recurrent = config.architecture === 'mamba2' ? layers : layers - config.attention.layers.length;
  return {
    parameters: elements.reduce((sum, one) => sum + one, 0),
    headParameters: vocabularySize * hiddenSize,
    stateBytes: 4 * recurrent * (innerSize(config) * stateSize + (convKernel - 1) * convSize(config)),
    sourceBytes,
    bits: 4,
  };
}
