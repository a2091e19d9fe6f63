import { AttemptFailed, HubError, statusError, webPage } from './errors.ts';
import { plainUrl } from './client.ts';
import type { HubFile } from './part-file.ts';

/**
 * What a response to the request for the rest of a file is good for.
 * @param position bytes that are there already; the request asked for what follows them if it is not 0
 * @param etag of what sent them
 * @returns `append` to what is there; `replace` it, since the server sends everything; `mismatch`: neither can be used, start again
 * @throws AttemptFailed or HubError if it is no part of the file
 */
export function checkResponse(
  { response, url }: { response: Response; url: string },
  file: HubFile,
  { position, etag }: { position: number; etag: string | null },
  server: { hasToken: boolean; isHub: boolean },
): 'append' | 'replace' | 'mismatch' {
  const { status, headers } = response;
  // The part does not end where the server thinks that the file does.
  if (status === 416 && position > 0) return 'mismatch';
  if (status !== 200 && status !== 206) throw statusError(plainUrl(url), response, server);
  if (headers.get('content-type')?.toLowerCase().startsWith('text/html') === true)
    throw webPage(plainUrl(url));
  const isEncoded = (headers.get('content-encoding') ?? 'identity') !== 'identity';
  if (status === 200) {
    const length = headers.get('content-length');
    if (length !== null && !isEncoded && Number(length) !== file.bytes) throw wrongLength(url, file, length);
    return 'replace';
  }
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  if (position === 0)
    throw new AttemptFailed(`${plainUrl(url)}: a part of the file, where all was asked for`);
  if (total !== undefined && total !== '*' && Number(total) !== file.bytes)
    throw wrongLength(url, file, total);
  const found = headers.get('etag');
  if (Number(from) !== position || isEncoded || (etag !== null && found !== null && found !== etag)) {
    return 'mismatch';
  }
  return 'append';
}

/** The content is not of the length that the hub lists. */
export function wrongLength(url: string, file: HubFile, found: string): HubError {
  return new HubError('wrong-content', {
    source: plainUrl(url),
    expected: `${file.bytes} bytes`,
    found: `${found} bytes`,
    action: 'Try again later, or use another endpoint: this server has another content than the hub lists.',
  });
}
