import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type HttpFault, sendFaulty } from './http-fault.js';
import { answerFor, type HttpAnswer, type HttpResource, plain } from './http-resource.js';

export interface HttpServerOptions {
  /** Serves https with this key and certificate (PEM). Default: http. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
}

/** A request as it arrived. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<IncomingHttpHeaders>;
}

export interface FaultOptions {
  /** How many requests it spoils. Default: 1. */
  readonly times?: number | undefined;
  /** Default: `GET`. */
  readonly method?: 'GET' | 'HEAD' | undefined;
  /** Called when it has spoiled a request; a good place to change the resource. */
  readonly after?: (() => void) | undefined;
}

/** A server on 127.0.0.1 whose answers go wrong as ordered. It keeps no secret and checks no key. */
export interface HttpServer {
  /** Such as `http://127.0.0.1:34567`. */
  readonly origin: string;
  /** All requests so far, in the order of their arrival. */
  readonly requests: readonly HttpRequest[];
  /** How many answers were neither sent to their end nor broken off. */
  readonly unfinished: number;
  /** Makes or changes what is under a path (with its query, as it is on the wire). Returns its URL. */
  put(path: string, resource: HttpResource): string;
  remove(path: string): void;
  /** Spoils the next answers for a path. Orders for one path are used up one after the other. */
  order(path: string, fault: HttpFault, options?: FaultOptions): void;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

interface Order {
  readonly fault: HttpFault;
  readonly method: string;
  readonly after: (() => void) | undefined;
  left: number;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startHttpServer({ tls }: HttpServerOptions = {}): Promise<HttpServer> {
  const resources = new Map<string, HttpResource>();
  const orders = new Map<string, Order[]>();
  const requests: HttpRequest[] = [];
  let unfinished = 0;

  const listener: RequestListener = (request, response) => {
    const { method = '', url: path = '', headers } = request;
    requests.push({ method, path, headers });
    unfinished++;
    response.once('close', () => unfinished--);
    const resource = resources.get(path);
    const order = take(orders.get(path) ?? [], method);
    respond(response, order?.fault, resource, method, headers).then(order?.after, () => response.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;

  return {
    origin,
    requests,
    get unfinished() {
      return unfinished;
    },
    put(path, resource) {
      resources.set(path, resource);
      return origin + path;
    },
    remove(path) {
      resources.delete(path);
    },
    order(path, fault, { times = 1, method = 'GET', after } = {}) {
      const queue = orders.get(path) ?? [];
      orders.set(path, queue);
      queue.push({ fault, method, after, left: times });
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function take(queue: Order[], method: string): Order | undefined {
  const order = queue.find((item) => item.method === method);
  if (order !== undefined && --order.left <= 0) queue.splice(queue.indexOf(order), 1);
  return order;
}

async function respond(
  response: ServerResponse,
  fault: HttpFault | undefined,
  resource: HttpResource | undefined,
  method: string,
  asked: IncomingHttpHeaders,
): Promise<void> {
  if (fault === undefined)
    return send(response, answerFor(resource, method, asked), method, resource?.framing);
  switch (fault.kind) {
    case 'status':
      return send(response, plain(fault.status, fault.body ?? '', fault.headers), method);
    case 'redirect':
      return send(response, plain(fault.status ?? 302, '', { Location: fault.to }), method);
    case 'ignore-range': {
      const { range: _, ...rest } = asked;
      return send(response, answerFor(resource, method, rest), method, resource?.framing);
    }
    default: {
      const { socket } = response;
      if (socket !== null) await sendFaulty(socket, answerFor(resource, method, asked), fault);
    }
  }
}

function send(
  response: ServerResponse,
  { status, headers, body }: HttpAnswer,
  method: string,
  framing: HttpResource['framing'] = 'length',
): void {
  const hasBody = status !== 304;
  if (framing === 'close') {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
  }
  const length = framing === 'length' && hasBody ? { 'Content-Length': body.length } : {};
  response.writeHead(status, { ...headers, ...length });
  response.end(method === 'HEAD' || !hasBody ? undefined : body);
}
