import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ObjectStore, readAll } from '@cairn/core';
import type { ObjectStoreFixture } from '../../object-store/fixture.js';
import type { Mutant } from '../mutant.js';
import { memoryObjectStoreFixture } from './fixture.js';

/** What a bucket knows of a request by a signed URL. */
interface Shown {
  readonly key: string;
  readonly method: string;
  readonly range: string;
  /** Of what is written, in bytes. */
  readonly length: number;
  /** When it ends, in milliseconds. */
  readonly until: number;
}

/** What a signature is made of. An honest one is made of everything. */
type Covered = (shown: Shown) => readonly unknown[];

const everything: Covered = (shown) => Object.values(shown);

/** An object store in memory that signs requests, for a bucket of its own on 127.0.0.1. */
export async function signedObjectStoreFixture({
  covers = everything,
  ends = (until: number) => Date.now() >= until,
  starts = (start: number) => start,
  replaces = false,
  keeps = (body: Uint8Array) => body,
  copies = copyOf,
}: {
  readonly covers?: Covered;
  readonly ends?: (until: number) => boolean;
  readonly starts?: (start: number) => number;
  readonly replaces?: boolean;
  readonly keeps?: (body: Uint8Array) => Uint8Array;
  readonly copies?: (objects: ObjectStore) => NonNullable<ObjectStore['copy']>;
} = {}): Promise<ObjectStoreFixture> {
  const { objects, ...rest } = memoryObjectStoreFixture();
  const secret = randomBytes(16);
  const signatureOf = (shown: Shown) =>
    createHmac('sha256', secret)
      .update(JSON.stringify(covers(shown)))
      .digest('hex');

  async function answer(message: IncomingMessage): Promise<Uint8Array | undefined> {
    const { url = '/', method = 'GET', headers } = message;
    const body = await readAll(message);
    const { pathname, searchParams } = new URL(url, 'http://bucket');
    const key = decodeURIComponent(pathname.slice(1));
    const until = Number(searchParams.get('until'));
    const shown = { key, method, range: headers.range ?? '', length: body.length, until };
    if (searchParams.get('signature') !== signatureOf(shown) || ends(until)) return undefined;
    if (method === 'PUT') return (await write(key, body)) ? new Uint8Array() : undefined;
    if (method === 'DELETE') await objects.delete([key]);
    const [, first = '0', last = '0'] = /^bytes=(\d+)-(\d+)$/.exec(shown.range) ?? [];
    return readAll(objects.open(key, { range: { start: starts(Number(first)), end: Number(last) + 1 } }));
  }

  async function write(key: string, body: Uint8Array): Promise<boolean> {
    return objects.put(key, keeps(body), { ifAbsent: !replaces }).then(
      () => true,
      () => false,
    );
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (bytes) => response.writeHead(bytes === undefined ? 403 : 206).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sign = (shown: Shown) =>
    `http://127.0.0.1:${port}/${encodeURI(shown.key).replaceAll('+', '%2B')}?until=${shown.until}&signature=${signatureOf(shown)}`;
  return {
    ...rest,
    capabilities: ['signed', 'signedWrites'],
    objects: {
      ...objects,
      async signRead(key, { start, end }, { seconds }) {
        const range = `bytes=${start}-${end - 1}`;
        const until = Date.now() + seconds * 1000;
        const url = sign({ key, method: 'GET', range, length: 0, until });
        return { method: 'GET', url, headers: { range } };
      },
      async signWrite(key, length, { seconds }) {
        const until = Date.now() + seconds * 1000;
        const url = sign({ key, method: 'PUT', range: '', length, until });
        return { method: 'PUT', url, headers: { 'content-length': String(length) } };
      },
      copy: copies(objects),
    },
    async dispose() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function copyOf(objects: ObjectStore): NonNullable<ObjectStore['copy']> {
  return async (from, to) => void (await objects.put(to, await readAll(objects.open(from))));
}

function signs(
  name: string,
  options: Parameters<typeof signedObjectStoreFixture>[0],
): Mutant<ObjectStoreFixture> {
  return { name, make: () => signedObjectStoreFixture(options) };
}

export const signedMutants: readonly Mutant<ObjectStoreFixture>[] = [
  signs('signs without the range', { covers: ({ range: _, ...rest }) => Object.values(rest) }),
  signs('signs without the key', { covers: ({ key: _, ...rest }) => Object.values(rest) }),
  signs('signs without the method', { covers: ({ method: _, ...rest }) => Object.values(rest) }),
  signs('signs without the length', { covers: ({ length: _, ...rest }) => Object.values(rest) }),
  signs('signs without the time', { covers: ({ until: _, ...rest }) => Object.values(rest) }),
  signs('takes what was signed for ever', { ends: () => false }),
  signs('answers another range than was signed', { starts: (start) => start + 1 }),
  signs('writes over what is there by a signed URL', { replaces: true }),
  signs('keeps half of what is written by a signed URL', {
    keeps: (body) => body.subarray(body.length / 2),
  }),
  signs('copies nothing', { copies: () => async () => undefined }),
  signs('copies what is there without replacing', {
    copies: (objects) => async (from, to) =>
      void (await objects.put(to, await readAll(objects.open(from)), { ifAbsent: true })),
  }),
  signs('moves what it is to copy', {
    copies: (objects) => async (from, to) => {
      await copyOf(objects)(from, to);
      await objects.delete([from]);
    },
  }),
];
