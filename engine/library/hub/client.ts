import { BadInputError } from '../../errors.ts';
import { AttemptFailed, HubError } from './errors.ts';

export const DEFAULT_ENDPOINT = 'https://huggingface.co';
const MAX_REDIRECTS = 10;
const REDIRECTS = [301, 302, 303, 307, 308];
/** Certificates that do not become right by trying again. */
const CERTIFICATE =
  /^(CERT_|ERR_TLS_|SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|HOSTNAME_MISMATCH)/;

export interface HubOptions {
  /** Address of the hub or of a mirror with the same paths. Default: {@link DEFAULT_ENDPOINT}. */
  endpoint?: string | undefined;
  /** Access token for gated and private models; it is sent to the endpoint and to no other host. */
  token?: string | undefined;
  /** The way to the network. Default: the global `fetch`, which in VS Code follows the editor's proxy and certificate settings. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** Requests to the hub: redirects are followed here, so that the token stays with the endpoint. */
export class HubClient {
  readonly endpoint: string;
  private readonly origin: string;
  private readonly token: string | undefined;
  private readonly send: typeof globalThis.fetch;

  /** @throws BadInputError if the endpoint is no address or the token cannot stand in a header */
  constructor({ endpoint = DEFAULT_ENDPOINT, token, fetch = globalThis.fetch }: HubOptions) {
    const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
      throw new BadInputError({
        source: 'endpoint',
        expected: 'an address such as https://huggingface.co',
        found: JSON.stringify(endpoint),
        action: 'Correct the address, or leave it out.',
      });
    }
    const trimmed = token?.trim();
    if (trimmed !== undefined && !/^[\x21-\x7e]*$/.test(trimmed)) {
      throw new BadInputError({
        source: 'access token',
        expected: 'letters, digits and signs without spaces',
        found: 'other characters',
        action: 'Copy the token again from the settings of your account at the hub.',
      });
    }
    this.endpoint = endpoint.replace(/\/+$/, '');
    this.origin = url.origin;
    this.token = trimmed === '' ? undefined : trimmed;
    this.send = fetch;
  }

  get hasToken(): boolean {
    return this.token !== undefined;
  }

  /** Whether a response came from the endpoint itself. */
  isHub(url: string): boolean {
    return new URL(url).origin === this.origin;
  }

  /**
   * Gets a resource, following redirects.
   * @returns the response and the address that gave it, which may hold a signature: not for logs
   * @throws AttemptFailed if the network fails, HubError for a redirect that is not followed
   */
  async get(
    address: string,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<{ response: Response; url: string }> {
    let url = address;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const response = await this.once(url, headers, signal);
      const location = response.headers.get('location');
      if (!REDIRECTS.includes(response.status) || location === null) return { response, url };
      await response.body?.cancel().catch(() => undefined);
      url = this.redirected(url, location);
    }
    throw refused(address, `more than ${MAX_REDIRECTS} redirects`);
  }

  /** {@link get} as the hub's library calls it. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    return (await this.get(address, { accept: 'application/json' }, init?.signal ?? undefined)).response;
  };

  private async once(url: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
    const authorization: Record<string, string> =
      this.token !== undefined && this.isHub(url) ? { authorization: `Bearer ${this.token}` } : {};
    try {
      return await this.send(url, {
        headers: { 'user-agent': 'mamba-complete', ...headers, ...authorization },
        redirect: 'manual',
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw networkError(url, error);
    }
  }

  private redirected(from: string, location: string): string {
    const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
    const isSafe = to?.protocol === 'https:' || (to?.protocol === 'http:' && !from.startsWith('https:'));
    if (to === undefined || !isSafe) throw refused(from, 'a redirect to an address that is not safe');
    return to.href;
  }
}

/** An address without what may be a signature. */
export function plainUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function refused(url: string, found: string, cause?: unknown): HubError {
  const action = 'Check the endpoint and the proxy settings.';
  return new HubError('refused', { source: plainUrl(url), expected: 'the file', found, action }, { cause });
}

function networkError(url: string, error: unknown): AttemptFailed | HubError {
  // fetch says "fetch failed", and its cause why.
  const cause: unknown = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error && cause.message !== '' ? cause.message : code || String(error);
  if (CERTIFICATE.test(code)) return refused(url, `a certificate that is not trusted (${message})`, error);
  return new AttemptFailed(`${plainUrl(url)}: ${message}`, undefined, { cause: error });
}
