import type { open } from 'node:fs/promises';
import { isFull } from '../../weights/free-space.ts';
import { checkResponse, wrongLength } from './check-response.ts';
import { plainUrl, type HubClient } from './client.ts';
import { AttemptFailed, HubError, webPage } from './errors.ts';
import { fullDisk } from './free-space.ts';
import { PartFile, type HubFile } from './part-file.ts';
import { retrying, type RetryPolicy } from './retry.ts';
import { unlessStalled } from './stall.ts';

export interface DownloadOptions {
  client: HubClient;
  signal?: AbortSignal | undefined;
  retry?: RetryPolicy | undefined;
  /** Without a byte for so long, the connection is given up and taken up again. Default 30,000 ms. */
  stallMs?: number | undefined;
  /** Called with the file's bytes that are there, whenever they have changed, and awaited: throwing ends the download. */
  onBytes?: ((bytes: number) => void | Promise<void>) | undefined;
  /** Opens files; for tests. */
  open?: typeof open | undefined;
}

/** What a file of a model never begins with; pages do. */
const LESS_THAN = 0x3c;

/**
 * Downloads a file to `target`, going on from what an earlier call left. The file stands there only when its length and hash
 * are right; until then it is `target.part`.
 * @throws HubError, HubUnavailableError, or the signal's reason
 */
export async function downloadFile(
  url: string,
  file: HubFile,
  target: string,
  options: DownloadOptions,
): Promise<void> {
  const { signal, open } = options;
  const part = await PartFile.open(target, file, { open, signal });
  try {
    await options.onBytes?.(part.position);
    let farthest = 0;
    const attempt = async (): Promise<void> => {
      try {
        if (!part.isComplete || file.bytes === 0) await fetchRest(url, file, part, options);
      } finally {
        farthest = Math.max(farthest, part.position);
      }
      const wrong = await part.finish();
      if (wrong === undefined) return;
      await options.onBytes?.(0);
      throw new WrongHash(plainUrl(url), file, wrong);
    };
    // A connection may damage what it carries, and a part may have been damaged where it lay: twice is no accident.
    const twice = async (): Promise<void> => {
      await retrying(attempt, options.retry, { signal, progress: () => farthest });
    };
    await twice().catch((error: unknown) => {
      if (!(error instanceof WrongHash)) throw error;
      farthest = 0;
      return twice();
    });
  } catch (error) {
    throw isFull(error) ? fullDisk(target, error) : error;
  } finally {
    await part.close();
  }
}

class WrongHash extends HubError {
  constructor(source: string, file: HubFile, found: string) {
    super('wrong-content', {
      source,
      field: file.digest.algorithm,
      expected: file.digest.value,
      found,
      action: 'Try again later, or use another endpoint: this server has another content than the hub lists.',
    });
  }
}

/** One request for what is missing, written to the part as it arrives. */
async function fetchRest(
  url: string,
  file: HubFile,
  part: PartFile,
  { client, signal, stallMs = 30_000, onBytes }: DownloadOptions,
): Promise<void> {
  const connection = new AbortController();
  const abort = (): void => {
    connection.abort();
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const answer = await unlessStalled(client.get(url, requestHeaders(part), connection.signal), stallMs);
    const server = { hasToken: client.hasToken, isHub: client.isHub(answer.url) };
    const use = checkResponse(answer, file, part, server);
    if (use === 'mismatch') {
      await part.restart();
      throw new AttemptFailed(`${plainUrl(url)}: the server cannot go on where the download stopped`);
    }
    if (use === 'replace' && part.position > 0) await part.restart();
    await part.from(answer.response.headers.get('etag'));
    const reader = answer.response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
    while (reader !== undefined) {
      const { done, value } = await unlessStalled(reader.read(), stallMs);
      if (done) break;
      if (part.position === 0 && value[0] === LESS_THAN) throw webPage(plainUrl(url));
      if (part.position + value.byteLength > file.bytes) {
        await part.restart();
        throw wrongLength(url, file, `more than ${file.bytes}`);
      }
      await part.append(value);
      await onBytes?.(part.position);
      signal?.throwIfAborted();
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw isNetworkError(error)
      ? new AttemptFailed(`${plainUrl(url)}: the connection broke`, undefined, { cause: error })
      : error;
  } finally {
    signal?.removeEventListener('abort', abort);
    // Ends a connection that still sends, or has stalled.
    abort();
  }
  if (!part.isComplete) throw new AttemptFailed(`${plainUrl(url)}: the connection ended too early`);
}

function requestHeaders(part: PartFile): Record<string, string> {
  // Compressed, the bytes could not be counted.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (part.position === 0) return headers;
  headers['range'] = `bytes=${part.position}-`;
  if (part.etag !== null) headers['if-range'] = part.etag;
  return headers;
}

/** A body that breaks off fails as fetch does: with a TypeError, or an AbortError of our own making. */
function isNetworkError(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && error.name === 'AbortError');
}
