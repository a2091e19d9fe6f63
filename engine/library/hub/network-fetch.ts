import * as tls from 'node:tls';
import { BadInputError } from '../../errors.ts';

/** The way to the network; what is left out is read from HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
export interface Network {
  /** Address of an HTTP proxy for every host; null for none. */
  proxy?: string | null | undefined;
  /** Hosts that are reached without it, as in NO_PROXY. */
  noProxy?: readonly string[] | undefined;
  /** Value of the header Proxy-Authorization. */
  proxyAuthorization?: string | undefined;
  /** Whether certificates that nobody vouches for are refused. Default true. */
  isStrict?: boolean | undefined;
}

/**
 * A fetch that goes this way, and trusts what the system trusts: networks that look into connections have certificates of their own.
 * It is another than the global one, which in VS Code belongs to the editor.
 * @throws BadInputError if the proxy is no address of an HTTP proxy
 */
export async function networkFetch(network: Network = {}): Promise<typeof globalThis.fetch> {
  const { proxy, noProxy, proxyAuthorization, isStrict = true } = network;
  if (typeof proxy === 'string') checkProxy(proxy);
  // Loading it takes time and changes the global fetch: only where it is wanted.
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  const connection = { ca: certificates(), rejectUnauthorized: isStrict };
  const dispatcher = new EnvHttpProxyAgent({
    // Empty is none, where undefined is what the environment says.
    ...(proxy === undefined ? {} : { httpProxy: proxy ?? '', httpsProxy: proxy ?? '' }),
    ...(noProxy === undefined ? {} : { noProxy: noProxy.join(',') }),
    ...(proxyAuthorization === undefined ? {} : { token: proxyAuthorization }),
    connect: connection,
    requestTls: connection,
    proxyTls: connection,
  });
  // The same interface in another copy, whose types the compiler tells apart.
  return ((input: string, init: object) =>
    fetch(input, { ...init, dispatcher })) as unknown as typeof globalThis.fetch;
}

function checkProxy(proxy: string): void {
  if (URL.canParse(proxy) && /^https?:$/.test(new URL(proxy).protocol)) return;
  throw new BadInputError({
    source: 'proxy',
    expected: 'an address that begins with http:// or https://',
    // The address may hold a password.
    found: 'another',
    action: 'Correct the proxy setting.',
  });
}

/** Those of Node and, from Node 22.15 on, those of the system. */
function certificates(): string[] {
  if (!('getCACertificates' in tls)) return [...tls.rootCertificates];
  const read = tls.getCACertificates as (type: 'default' | 'system') => string[];
  return [...new Set([...read('default'), ...read('system')])];
}
