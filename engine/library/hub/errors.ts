import { BadInputError, type BadInput } from '../../errors.ts';

/**
 * Why the hub gives no model, where trying again does not help by itself:
 * `gated`: a token with access is needed; `not-found`; `refused`: any other answer that is final; `web-page`: something between
 * here and the hub answered instead; `wrong-content`: not the bytes that the hub promised; `full-disk`; `unusable`: there
 * is nothing in the repository that this program reads.
 */
export type HubErrorKind =
  'gated' | 'not-found' | 'refused' | 'web-page' | 'wrong-content' | 'full-disk' | 'unusable';

export class HubError extends BadInputError {
  constructor(
    readonly kind: HubErrorKind,
    input: BadInput,
    options?: ErrorOptions,
  ) {
    super(input, options);
  }
}

/** The hub was not reached, or not for long enough. What has arrived is kept, and trying again later goes on from there. */
export class HubUnavailableError extends Error {
  override readonly name = 'HubUnavailableError';
}

/** One attempt failed in a way that the next one may not. */
export class AttemptFailed extends Error {
  override readonly name = 'AttemptFailed';

  constructor(
    message: string,
    /** Milliseconds that the server asks to wait. */
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const TOKEN_ACTION =
  "Accept the model's terms on its page at the hub, and give an access token that may read it.";

/**
 * What an answer of the hub that is not the content means.
 * @param isHub false for a server that the hub redirected to
 */
export function statusError(
  url: string,
  { status, statusText, headers }: Response,
  { hasToken, isHub }: { hasToken: boolean; isHub: boolean },
): HubError | AttemptFailed {
  const found = `status ${status}${statusText === '' ? '' : ` ${statusText}`}`;
  // A storage server refuses a signed address that has expired; the hub gives a fresh one.
  const isExpired = !isHub && (status === 403 || status === 400);
  if (status === 429 || status >= 500 || status === 408 || status === 416 || isExpired) {
    return new AttemptFailed(`${url}: ${found}`, retryAfterMs(headers.get('retry-after')));
  }
  const source = url;
  const expected = 'the file';
  if (status === 401 || status === 403) {
    const action = hasToken
      ? `The access token was not accepted, or has no access to this model. ${TOKEN_ACTION}`
      : TOKEN_ACTION;
    return new HubError('gated', { source, expected: 'access to the model', found, action });
  }
  if (status === 404) {
    const action = 'Check the name of the repository and the revision; a private one needs an access token.';
    return new HubError('not-found', { source, expected, found, action });
  }
  return new HubError('refused', {
    source,
    expected,
    found,
    action: 'Check the endpoint and the proxy settings.',
  });
}

/** A body that is a page for people: a sign-in of the network, or an error page of a proxy or mirror. */
export function webPage(source: string): HubError {
  return new HubError('web-page', {
    source,
    expected: 'the file',
    found: 'a web page',
    action:
      'Something between here and the hub answers instead: check the sign-in, the proxy and the endpoint.',
  });
}

/** Seconds or a date, as milliseconds from now. */
export function retryAfterMs(value: string | null, now = Date.now()): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
