import type { Network } from '../../engine/index.ts';

/** The editor's section `http`. */
export interface HttpSettings {
  get(key: string): unknown;
}

/** The editor's own way to the network. Worker threads have none of it, since the editor changes its own thread's fetch only. */
export function networkSettings(http: HttpSettings): Network {
  const proxy = text(http.get('proxy'));
  const noProxy = http.get('noProxy');
  const hosts = Array.isArray(noProxy) ? noProxy.filter((host) => typeof host === 'string') : [];
  return {
    // Empty: what the environment says.
    proxy: http.get('proxySupport') === 'off' ? null : proxy,
    noProxy: hosts.length > 0 ? hosts : undefined,
    proxyAuthorization: text(http.get('proxyAuthorization')),
    isStrict: http.get('proxyStrictSSL') !== false,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
