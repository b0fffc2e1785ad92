import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readAll } from '@cairn/core';
import type { ObjectStoreFixture } from '../../object-store/fixture.js';
import type { Mutant } from '../mutant.js';
import { memoryObjectStoreFixture } from './fixture.js';

/** What a bucket knows of a request by a signed URL. */
interface Shown {
  readonly key: string;
  readonly method: string;
  readonly range: string;
  /** When it ends, in milliseconds. */
  readonly until: number;
}

/** What a signature is made of. An honest one is made of everything. */
type Covered = (shown: Shown) => readonly unknown[];

const everything: Covered = ({ key, method, range, until }) => [key, method, range, until];

/** An object store in memory that signs requests, for a bucket of its own on 127.0.0.1. */
export async function signedObjectStoreFixture({
  covers = everything,
  ends = (until: number) => Date.now() >= until,
  starts = (start: number) => start,
}: {
  readonly covers?: Covered;
  readonly ends?: (until: number) => boolean;
  readonly starts?: (start: number) => number;
} = {}): Promise<ObjectStoreFixture> {
  const { objects, ...rest } = memoryObjectStoreFixture();
  const secret = randomBytes(16);
  const signatureOf = (shown: Shown) =>
    createHmac('sha256', secret)
      .update(JSON.stringify(covers(shown)))
      .digest('hex');

  async function answer({
    url = '/',
    method = 'GET',
    headers,
  }: IncomingMessage): Promise<Uint8Array | undefined> {
    const { pathname, searchParams } = new URL(url, 'http://bucket');
    const key = decodeURIComponent(pathname.slice(1));
    const until = Number(searchParams.get('until'));
    const shown = { key, method, range: headers.range ?? '', until };
    if (searchParams.get('signature') !== signatureOf(shown) || ends(until)) return undefined;
    if (method === 'DELETE') await objects.delete([key]);
    const [, first = '0', last = '0'] = /^bytes=(\d+)-(\d+)$/.exec(shown.range) ?? [];
    return readAll(objects.open(key, { range: { start: starts(Number(first)), end: Number(last) + 1 } }));
  }

  const server = createServer((request, response) => {
    request.resume();
    answer(request).then(
      (bytes) => response.writeHead(bytes === undefined ? 403 : 206).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...rest,
    capabilities: ['signed'],
    objects: {
      ...objects,
      async signRead(key, { start, end }, { seconds }) {
        const range = `bytes=${start}-${end - 1}`;
        const until = Date.now() + seconds * 1000;
        const signature = signatureOf({ key, method: 'GET', range, until });
        const url = `http://127.0.0.1:${port}/${encodeURI(key).replaceAll('+', '%2B')}?until=${until}&signature=${signature}`;
        return { method: 'GET', url, headers: { range } };
      },
    },
    async dispose() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function signs(
  name: string,
  options: Parameters<typeof signedObjectStoreFixture>[0],
): Mutant<ObjectStoreFixture> {
  return { name, make: () => signedObjectStoreFixture(options) };
}

export const signedMutants: readonly Mutant<ObjectStoreFixture>[] = [
  signs('signs without the range', { covers: ({ key, method, until }) => [key, method, until] }),
  signs('signs without the key', { covers: ({ method, range, until }) => [method, range, until] }),
  signs('signs without the method', { covers: ({ key, range, until }) => [key, range, until] }),
  signs('signs without the time', { covers: ({ key, method, range }) => [key, method, range] }),
  signs('takes what was signed for ever', { ends: () => false }),
  signs('answers another range than was signed', { starts: (start) => start + 1 }),
];
