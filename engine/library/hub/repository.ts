import { HubApiError, listFiles, modelInfo } from '@huggingface/hub';
import { BadInputError, describe } from '../../errors.ts';
import type { HubClient } from './client.ts';
import { AttemptFailed, HubError, statusError } from './errors.ts';
import type { HubFile } from './part-file.ts';
import { retrying, type RetryPolicy } from './retry.ts';

/** A repository at one commit: what it holds cannot change any more. */
export interface Repository {
  name: string;
  /** The commit, which a branch such as `main` pointed at. */
  revision: string;
  /** SPDX-like identifier of the model card; null if it names none. */
  licence: string | null;
  /** Files at the top, with what each has to be. */
  files: readonly HubFile[];
}

/** More would be no model's repository. */
const MAX_FILES = 10_000;
const API_TIMEOUT_MS = 60_000;

/**
 * Reads what a model repository holds.
 * @param name `owner/name`
 * @param revision a branch, tag or commit
 * @throws HubError, HubUnavailableError, BadInputError
 */
export async function readRepository(
  name: string,
  revision: string,
  {
    client,
    retry,
    signal,
  }: { client: HubClient; retry?: RetryPolicy | undefined; signal?: AbortSignal | undefined },
): Promise<Repository> {
  checkName(name, revision);
  const shared = { hubUrl: client.endpoint, fetch: apiFetch(client, signal) };
  return retrying(
    async () => {
      try {
        const info = await modelInfo({ name, revision, additionalFields: ['sha', 'cardData'], ...shared });
        const commit: unknown = info.sha;
        if (typeof commit !== 'string' || !/^[0-9a-f]{40}$/.test(commit)) {
          throw notTheHub(client, 'the commit of the model', commit);
        }
        const files: HubFile[] = [];
        for await (const entry of listFiles({ repo: { type: 'model', name }, revision: commit, ...shared })) {
          if (entry.type === 'file') files.push(fileOf(client, entry));
          if (files.length > MAX_FILES) throw notTheHub(client, `at most ${MAX_FILES} files`, files.length);
        }
        const licence: unknown = info.cardData?.license;
        return { name, revision: commit, licence: typeof licence === 'string' ? licence : null, files };
      } catch (error) {
        throw apiError(client, error);
      }
    },
    retry,
    { signal },
  );
}

/** The address of a file's content. */
export function resolveUrl(client: HubClient, { name, revision }: Repository, path: string): string {
  return `${client.endpoint}/${name}/resolve/${revision}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

function checkName(name: string, revision: string): void {
  const action = 'Give it as the hub shows it, such as mistralai/Mamba-Codestral-7B-v0.1.';
  if (!/^[\w][\w.-]{0,95}\/[\w][\w.-]{0,95}$/.test(name)) {
    throw new BadInputError({
      source: 'repository',
      expected: 'OWNER/NAME',
      found: describe(name),
      action,
    });
  }
  if (!/^[\w][\w./-]{0,255}$/.test(revision) || revision.includes('..')) {
    const found = describe(revision);
    throw new BadInputError({
      source: name,
      field: 'revision',
      expected: 'a branch, tag or commit',
      found,
      action,
    });
  }
}

/** A fetch whose requests end by themselves, and whose pages for people are no answers. */
function apiFetch(client: HubClient, signal: AbortSignal | undefined): typeof globalThis.fetch {
  return async (input) => {
    const timeout = AbortSignal.timeout(API_TIMEOUT_MS);
    const both = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const response = await client.fetch(input, { signal: both }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw timeout.aborted ? new AttemptFailed(`${client.endpoint}: no answer`) : error;
    });
    if (!response.ok) {
      await response.body?.cancel().catch(() => undefined);
      throw statusError(client.endpoint, response, { hasToken: client.hasToken, isHub: true });
    }
    return response;
  };
}

function fileOf(
  client: HubClient,
  entry: { path: string; size: number; oid?: string; lfs?: { oid: string; size: number } },
): HubFile {
  const { path, lfs } = entry;
  const bytes = lfs?.size ?? entry.size;
  const value = lfs?.oid ?? entry.oid;
  const pattern = lfs === undefined ? /^[0-9a-f]{40}$/ : /^[0-9a-f]{64}$/;
  if (typeof path !== 'string' || !Number.isSafeInteger(bytes) || bytes < 0 || !pattern.test(value ?? '')) {
    throw notTheHub(client, 'files with sizes and hashes', entry);
  }
  return {
    path,
    bytes,
    digest: { algorithm: lfs === undefined ? 'git-sha1' : 'sha256', value: value ?? '' },
  };
}

function notTheHub(client: HubClient, expected: string, found: unknown): HubError {
  return new HubError('refused', {
    source: client.endpoint,
    expected,
    found: describe(found),
    action: 'Check the endpoint: it does not answer as the hub does.',
  });
}

function apiError(client: HubClient, error: unknown): unknown {
  // A body that is no JSON.
  if (error instanceof SyntaxError) return notTheHub(client, 'JSON', error.message);
  if (error instanceof HubApiError) return notTheHub(client, 'an answer', error.message);
  // A body that breaks off.
  if (error instanceof TypeError)
    return new AttemptFailed(`${client.endpoint}: ${error.message}`, undefined, { cause: error });
  return error;
}
