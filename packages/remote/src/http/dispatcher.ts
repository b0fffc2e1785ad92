import { rootCertificates } from 'node:tls';
import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { OpenRemoteOptions } from '../remote-options.js';

/** The pool of connections that a store uses by itself. */
export function createDispatcher({ ca, connections = 8, timeouts = {} }: OpenRemoteOptions): Dispatcher {
  const tls = ca === undefined ? {} : { ca: [...rootCertificates, ...(typeof ca === 'string' ? [ca] : ca)] };
  return new EnvHttpProxyAgent({
    connections,
    connect: { ...tls, timeout: timeouts.connectMs ?? 10_000 },
    requestTls: tls,
    proxyTls: tls,
  });
}
