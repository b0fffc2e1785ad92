import { rootCertificates } from 'node:tls';
import { holdSockets } from '@cairn/core';
import { buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import type { OpenRemoteOptions } from '../remote-options.js';

/** The pool of connections that a store uses by itself. */
export function createDispatcher({ ca, connections = 8, timeouts = {} }: OpenRemoteOptions): Dispatcher {
  const tls = ca === undefined ? {} : { ca: [...rootCertificates, ...(typeof ca === 'string' ? [ca] : ca)] };
  const holder = holdSockets();
  const agent = new EnvHttpProxyAgent({
    connections,
    connect: { ...tls, timeout: timeouts.connectMs ?? 10_000 },
    requestTls: tls,
    proxyTls: tls,
    factory: (origin, { connect, ...options }: Pool.Options) =>
      new Pool(origin, {
        ...options,
        connect: holder.connect(typeof connect === 'function' ? connect : buildConnector(connect ?? {})),
      }),
  });
  agent.dispatch = holder.dispatch(agent.dispatch.bind(agent));
  return agent;
}
