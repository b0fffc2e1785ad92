import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PlannedRequest } from '../src/protocol/index.js';
import type { Places } from './loopback-blobs.js';

/** What becomes of one request. */
type PlacesFault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  /** Answers this before the body has come. */
  | { readonly kind: 'early'; readonly status: number }
  /** Closes the connection when so many bytes of the body have come. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** Keeps what comes and closes the connection in place of an answer. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'silence' }
  /** Changes a byte of what comes. */
  | { readonly kind: 'flip'; readonly at: number };

/** A bucket that takes one pack at each of the places that it gives. */
export interface LoopbackPlaces extends Places {
  readonly origin: string;
  readonly requests: { readonly method: string; readonly headers: IncomingMessage['headers'] }[];
  /** How many packs are there that nobody came for. */
  readonly left: number;
  order(fault: PlacesFault, times?: number): void;
  /** Changes what is planned. */
  change: (place: PlannedRequest & { readonly token: string }) => PlannedRequest & { readonly token: string };
  /** Forgets requests, orders and changes. */
  reset(): void;
  close(): Promise<void>;
}

export async function startLoopbackPlaces(): Promise<LoopbackPlaces> {
  const faults: PlacesFault[] = [];
  const requests: LoopbackPlaces['requests'] = [];
  const objects = new Map<string, Buffer>();
  let count = 0;

  const server = createServer(async (request, response) => {
    const { method = '', headers, url = '' } = request;
    requests.push({ method, headers });
    const fault = faults.shift();
    if (fault?.kind === 'early') return void response.writeHead(fault.status).end('<Error/>');
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        length += chunk.length;
        if (fault?.kind === 'cut' && length >= fault.bytes) return void request.socket.destroy();
      }
    } catch {
      return; // who sent it has gone
    }
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'status') return void response.writeHead(fault.status, fault.headers).end('<Error/>');
    const key = new URL(url, 'http://bucket').pathname;
    if (objects.has(key)) return void response.writeHead(412).end('<Error/>');
    const body = Buffer.concat(chunks);
    if (fault?.kind === 'flip') body[fault.at] = (body[fault.at] ?? 0) ^ 1;
    objects.set(key, body);
    if (fault?.kind === 'lost') return void request.socket.destroy();
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const places: LoopbackPlaces = {
    origin,
    requests,
    get left() {
      return objects.size;
    },
    change: (place) => place,
    reset() {
      faults.length = 0;
      requests.length = 0;
      objects.clear();
      places.change = (place) => place;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    order(fault, times = 1) {
      for (let i = 0; i < times; i++) faults.push(fault);
    },
    plan(bytes) {
      const token = `place-${count++}`;
      const url = `${origin}/${token}?signature=secret`;
      const headers = { 'content-length': String(bytes), 'if-none-match': '*' };
      return { place: places.change({ url, headers, token }) };
    },
    take(token) {
      const found = objects.get(`/${token}`);
      objects.delete(`/${token}`);
      return found;
    },
  };
  return places;
}
