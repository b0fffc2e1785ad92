import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadHasher } from '@cairn/core';
import type { PlannedPart } from '../src/protocol/index.js';
import type { Plan } from './loopback-blobs.js';

/** What becomes of one request. */
export type BucketFault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  /** Sends so many bytes of the right answer and closes the connection. */
  | { readonly kind: 'cut'; readonly bytes: number }
  | { readonly kind: 'flip'; readonly at: number }
  /** Answers all of the object, as if no range were asked for. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'surplus' }
  | { readonly kind: 'silence' };

export interface LoopbackBucket {
  readonly origin: string;
  /** For the server whose blobs are to be read from here. */
  readonly plan: Plan;
  readonly requests: { readonly range: string; readonly headers: IncomingMessage['headers'] }[];
  order(fault: BucketFault, times?: number): void;
  /** Changes what is planned. */
  change: (part: PlannedPart) => PlannedPart;
  /** Forgets requests, orders and changes. */
  reset(): void;
  close(): Promise<void>;
}

const chunkBytes = 64 * 1024;
const partBytes = 1024 * 1024;
const planBytes = 5 * partBytes;
interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly length: number;
  /** In the object. */
  readonly place: number;
}

/** What lies between parts of a blob in a pack that a request may pass over. */
const filler = Buffer.alloc(1000, 1);

/**
 * A bucket with one object: a blob, with a filler behind every fourth chunk. Parts are of 1 MiB, plans of five of them; the
 * last part of each goes through the server.
 */
export async function startLoopbackBucket(): Promise<LoopbackBucket> {
  const hasher = await loadHasher('blake3');
  const faults: BucketFault[] = [];
  const requests: LoopbackBucket['requests'] = [];
  let object = Buffer.alloc(0);

  function layOut(blob: Uint8Array): Chunk[] {
    const pieces: Uint8Array[] = [];
    const chunks: Chunk[] = [];
    for (let start = 0, place = 0; start < blob.length; start += chunkBytes) {
      const chunk = blob.subarray(start, start + chunkBytes);
      chunks.push({ start, end: start + chunk.length, length: chunk.length, place });
      pieces.push(chunk, filler);
      place += chunk.length + filler.length;
    }
    object = Buffer.concat(pieces);
    return chunks;
  }

  const server = createServer((request, response) => {
    const range = request.headers.range ?? '';
    requests.push({ range, headers: request.headers });
    const fault = faults.shift();
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'status') return void response.writeHead(fault.status, fault.headers).end('<Error/>');
    if (fault?.kind === 'whole') return void response.writeHead(200).end(object);
    const [, first = '0', last = '0'] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    const body = Buffer.from(object.subarray(Number(first), Number(last) + 1));
    if (fault?.kind === 'flip') body[fault.at] = (body[fault.at] ?? 0) ^ 1;
    const sent = fault?.kind === 'surplus' ? Buffer.concat([body, filler]) : body;
    response.writeHead(206, { 'content-length': sent.length });
    if (fault?.kind !== 'cut') return void response.end(sent);
    response.flushHeaders();
    response.write(sent.subarray(0, fault.bytes), () => response.socket?.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const bucket: LoopbackBucket = {
    origin,
    requests,
    change: unchanged,
    reset() {
      faults.length = 0;
      requests.length = 0;
      bucket.change = unchanged;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    order(fault, times = 1) {
      for (let i = 0; i < times; i++) faults.push(fault);
    },
    plan(blob, at) {
      const chunks = layOut(blob).filter(({ end }) => end > at);
      const parts: PlannedPart[] = [];
      const perPart = partBytes / chunkBytes;
      for (let i = 0; i < chunks.length && parts.length < planBytes / partBytes; i += perPart) {
        const some = chunks.slice(i, i + perPart);
        const [head, tail] = [some[0], some.at(-1)];
        if (head === undefined || tail === undefined) break;
        const { start } = head;
        const { end } = tail;
        if (parts.length === planBytes / partBytes - 1) {
          parts.push({ start, end });
          break;
        }
        const rows = some.flatMap((chunk, k) => [
          ...(k === 0 ? [] : [rowOf(Buffer.alloc(32), filler.length)]),
          rowOf(
            Buffer.from(hasher.hash(blob.subarray(chunk.start, chunk.end)).slice('blake3:'.length), 'hex'),
            chunk.length,
          ),
        ]);
        const range = `bytes=${head.place}-${tail.place + tail.length - 1}`;
        const request = {
          url: `${origin}/bucket/pack?signature=secret`,
          headers: { range },
          rows: Buffer.concat(rows).toString('base64'),
        };
        parts.push(bucket.change({ start, end, request }));
      }
      return { parts };
    },
  };
  return bucket;
}

const unchanged = (part: PlannedPart) => part;

function rowOf(digest: Uint8Array, length: number): Buffer {
  const row = Buffer.alloc(36);
  row.set(digest);
  row.writeUInt32LE(length, 32);
  return row;
}
