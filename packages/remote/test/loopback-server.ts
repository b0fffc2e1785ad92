import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { CairnError, type Catalog, type ErrorCode } from '@cairn/core';
import { memoryCatalog } from '@cairn/core/memory';
import { apiBase, type RouteName, routes, statusOf, toErrorAnswer } from '../src/protocol/index.js';
import { answerBlobs, type Places, type Plan } from './loopback-blobs.js';
import { answerCatalog } from './loopback-catalog.js';

/** What goes wrong with one request. */
export type Fault =
  /** Answers with this instead. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** Closes the connection when so many bytes of the request's body have come; it is not done. */
  | { readonly kind: 'cut-request'; readonly bytes: number }
  /** Does what is asked, and closes the connection when so many bytes of the answer's body are sent. */
  | { readonly kind: 'cut-answer'; readonly bytes: number }
  /** Does what is asked and answers nothing, ever. */
  | { readonly kind: 'silence' }
  /** Does what is asked, writes this in place of the answer, byte for byte, and ends or breaks the connection. */
  | { readonly kind: 'raw'; write(reply: Reply): Uint8Array; readonly end: 'fin' | 'reset' }
  /** Changes a byte of the answer. */
  | { readonly kind: 'flip'; readonly at: number };

export interface LoopbackServer {
  readonly url: string;
  readonly origin: string;
  readonly catalog: Catalog;
  /** What was asked, in its order. */
  readonly requests: Asked[];
  /** Has the next request of a route go wrong, or more of them. */
  order(route: RouteName, fault: Fault, times?: number): void;
  /** Forgets requests and orders. */
  reset(): void;
  close(): Promise<void>;
}

export interface Asked {
  readonly route: RouteName | undefined;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** What a route answers. */
export interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
}

export interface Request {
  readonly route: RouteName;
  readonly path: Readonly<Record<string, string>>;
  readonly params: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/**
 * A server for tests of the client, in this process and with faults to order: the API over a catalog and blobs in memory. Not
 * for anything else: it takes every key.
 */
export async function startLoopbackServer({
  basePath = '',
  tls,
  key,
  plan,
  places,
}: {
  basePath?: string;
  tls?: ServerOptions;
  key?: string;
  /** What is planned to be read from a bucket. Default: it has none, as servers once hadn't. */
  plan?: Plan;
  /** Where packs may be written to. Default: nowhere, as it once was. */
  places?: Places;
} = {}): Promise<LoopbackServer> {
  const catalog = memoryCatalog();
  const blobs = answerBlobs(plan, places);
  const requests: Asked[] = [];
  const faults = new Map<RouteName, Fault[]>();
  const sockets = new Set<Socket>();

  async function answer(request: Request): Promise<Reply> {
    const catalogReply = await answerCatalog(catalog, request);
    return catalogReply ?? blobs(request);
  }

  const listener: RequestListener = (request, response) => {
    void respond(request, response).catch(() => response.destroy());
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://loopback');
    const found = findRoute(request.method ?? '', url.pathname, basePath + apiBase);
    requests.push({ route: found?.route, url: request.url ?? '', headers: request.headers });
    const fault = found === undefined ? undefined : faults.get(found.route)?.shift();
    const body = await bodyOf(request, fault?.kind === 'cut-request' ? fault.bytes : undefined);
    if (fault?.kind === 'cut-request') return void request.socket.destroy();
    if (fault?.kind === 'answer') return send(response, { ...fault, body: Buffer.from(fault.body ?? '') });
    let reply: Reply;
    try {
      if (key !== undefined && found?.route !== 'info' && request.headers.authorization !== `Bearer ${key}`)
        throw new CairnError('unauthenticated', 'no such key');
      if (found === undefined) throw new CairnError('not_found', 'no such route');
      reply = await answer({ ...found, params: url.searchParams, headers: request.headers, body });
    } catch (error) {
      if (!CairnError.is(error)) throw error;
      reply = {
        status: statusOf(error.code as ErrorCode),
        body: Buffer.from(JSON.stringify(toErrorAnswer(error, 'test'))),
      };
    }
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'raw') return sendRaw(request.socket, fault.write(reply), fault.end);
    if (fault?.kind === 'flip') return send(response, { ...reply, body: flipped(reply.body, fault.at) });
    send(response, reply, fault?.kind === 'cut-answer' ? fault.bytes : undefined);
  }

  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;

  return {
    url: origin + basePath,
    origin,
    catalog,
    requests,
    order(route, fault, times = 1) {
      const queue = faults.get(route) ?? [];
      for (let i = 0; i < times; i++) queue.push(fault);
      faults.set(route, queue);
    },
    reset() {
      requests.length = 0;
      faults.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function findRoute(
  method: string,
  pathname: string,
  base: string,
): { route: RouteName; path: Record<string, string> } | undefined {
  for (const [name, { method: its, path }] of Object.entries(routes)) {
    if (its !== method) continue;
    const pattern = path.replace(/:(\w+)/g, '(?<$1>[^/]+)');
    const match = new RegExp(`^${base}${pattern}$`).exec(pathname);
    if (match === null) continue;
    const parts = Object.entries(match.groups ?? {}).map(([key, part]) => [key, decodeURIComponent(part)]);
    return { route: name as RouteName, path: Object.fromEntries(parts) };
  }
  return undefined;
}

async function bodyOf(request: IncomingMessage, most = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  if (most === 0) return Buffer.alloc(0);
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= most) break;
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, headers = {}, body }: Reply, cutAt?: number): void {
  const bytes = body ?? new Uint8Array();
  const length: Record<string, string> = status === 204 ? {} : { 'content-length': String(bytes.length) };
  response.writeHead(status, { ...length, ...headers });
  if (cutAt === undefined) return void response.end(bytes);
  response.flushHeaders();
  response.write(bytes.subarray(0, cutAt), () => response.socket?.destroy());
}

function sendRaw(socket: Socket, bytes: Uint8Array, end: 'fin' | 'reset'): void {
  if (end === 'fin') socket.end(bytes);
  else socket.write(bytes, () => socket.resetAndDestroy());
}

function flipped(body: Uint8Array | undefined, at: number): Uint8Array {
  const bytes = Uint8Array.from(body ?? []);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}
