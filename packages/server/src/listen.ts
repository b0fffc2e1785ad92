import { createServer as createHttpServer, type Server as NodeServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CairnError, quote } from '@cairn/core';
import { defaultGraceMs, type Server } from './create-server.js';
import { isLoopback } from './guard/authenticate.js';
import { defaultPatience, type Patience, watchSockets } from './guard/watch-sockets.js';

export interface ListenOptions {
  /** Default: 8787; 0 takes any that is free. */
  readonly port?: number | undefined;
  /** Default: 127.0.0.1, which only this machine reaches. */
  readonly host?: string | undefined;
  /** Certificate and key, as PEM. Default: none, for this machine or behind a proxy that has them. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** When a connection is given up because its client does nothing. */
  readonly patience?: Partial<Patience> | undefined;
}

export interface Listening {
  /** Where it can be reached, with the base path and without a slash at its end. */
  readonly url: string;
  /** The link by which the first key is made, as long as there is no admin. To be shown, never logged. */
  readonly setupUrl?: string;
  /**
   * Stops: takes no more connections, lets what was begun come to its end, and after `graceMs` cuts what is left.
   *
   * @param options.graceMs Default: 30,000.
   */
  close(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

/**
 * Serves at a port.
 *
 * @throws CairnError `forbidden` for a server without keys at an address that others can reach; `unavailable` when the port is
 * taken or can't be had.
 */
export async function listen(server: Server, options: ListenOptions = {}): Promise<Listening> {
  const { port = 8787, host = '127.0.0.1', tls } = options;
  if (server.isOpen && !isLoopback(host)) throw openToOthers(host);
  const patience = { ...defaultPatience, ...options.patience };
  const settings = {
    // A large upload over a slow line takes hours. Who does nothing is given up by `watchSockets`.
    requestTimeout: 0,
    headersTimeout: patience.headersMs,
    connectionsCheckingInterval: Math.min(5000, patience.headersMs),
    // Longer than that of proxies, which must not send into a connection that just ended.
    keepAliveTimeout: 75_000,
  };
  const node: NodeServer =
    tls === undefined
      ? createHttpServer(settings, server.node)
      : createHttpsServer({ ...settings, ...tls }, server.node);
  const stopWatching = watchSockets(node, patience);
  await bind(node, port, host);
  const url = urlOf(node, host, tls !== undefined) + server.basePath;
  const token = await server.firstToken();
  let closing: Promise<void> | undefined;
  return {
    url,
    ...(token === undefined ? {} : { setupUrl: `${url}/setup#${token}` }),
    close({ graceMs = defaultGraceMs } = {}) {
      closing ??= stop(node, server, graceMs).finally(stopWatching);
      return closing;
    },
  };
}

function bind(node: NodeServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    node.once('error', (cause) => {
      const where = quote(`${host}:${port}`);
      reject(new CairnError('unavailable', `can't listen at ${where}`, { cause, isRetryable: false }));
    });
    node.listen({ port, host }, resolve);
  });
}

async function stop(node: NodeServer, server: Server, graceMs: number): Promise<void> {
  const ended = new Promise<void>((resolve) => node.close(() => resolve()));
  // Connections that wait for a next request end with the answer to this one.
  node.closeIdleConnections();
  const cut = setTimeout(() => node.closeAllConnections(), graceMs);
  await server.close({ graceMs });
  node.closeIdleConnections();
  await ended;
  clearTimeout(cut);
}

function urlOf(node: NodeServer, host: string, isSecure: boolean): string {
  const { port } = node.address() as AddressInfo;
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${isSecure ? 'https' : 'http'}://${shown}:${port}`;
}

function openToOthers(host: string): CairnError {
  return new CairnError('forbidden', `a server without keys must not listen at ${quote(host)}`, {
    hint: 'Listen at 127.0.0.1, or start it with keys.',
  });
}
