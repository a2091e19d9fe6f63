const VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/**
 * The way to the network that the environment's proxy variables name, NO_PROXY included; undefined if there are none.
 * Only for the command line: loading undici changes the global fetch, which in VS Code belongs to the editor and follows its settings.
 */
export async function proxyFetch(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<typeof globalThis.fetch | undefined> {
  if (VARIABLES.every((name) => (environment[name] ?? '') === '')) return undefined;
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent();
  // The same interface in another copy, whose types the compiler tells apart.
  return ((input: string, init: object) =>
    fetch(input, { ...init, dispatcher })) as unknown as typeof globalThis.fetch;
}
