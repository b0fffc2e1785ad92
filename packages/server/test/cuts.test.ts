import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobStore, type ContentDigest, readAll, type Source } from '@cairn/core';
import { openRemote } from '@cairn/remote';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../src/index.js';
import { openLab } from './lab.js';

// A line between client and server that breaks: of each connection, so many bytes come through one way or the other.

const project = { entity: 'acme', project: 'bikes' };

interface Cut {
  readonly way: 'up' | 'down';
  readonly bytes: number;
}

/** A way to a port that is cut as ordered, and whole when no cuts are left. */
async function brokenLine(port: number) {
  const cuts: Cut[] = [];
  const sockets = new Set<Socket>();
  const line = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    const cut = cuts.shift();
    const left = { up: Number.POSITIVE_INFINITY, down: Number.POSITIVE_INFINITY };
    if (cut !== undefined) left[cut.way] = cut.bytes;
    const pass = (way: 'up' | 'down', from: Socket, to: Socket) => {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.on('data', (bytes: Buffer) => {
        const some = bytes.subarray(0, left[way]);
        left[way] -= some.length;
        to.write(some, () => {
          if (left[way] === 0) for (const socket of [client, server]) socket.resetAndDestroy();
        });
      });
    };
    pass('up', client, server);
    pass('down', server, client);
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    line.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    url: `http://127.0.0.1:${(line.address() as AddressInfo).port}`,
    cuts,
    /** Breaks what is open, and then each connection at its place. */
    breakAt(way: Cut['way'], places: readonly number[]) {
      cuts.splice(0, cuts.length, ...places.map((bytes) => ({ way, bytes })));
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function lineTo() {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-cuts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const lab = await openLab();
  const listening = await listen(lab.server, { port: 0 });
  onTestFinished(() => listening.close({ graceMs: 0 }));
  const line = await brokenLine(Number(new URL(listening.url).port));
  const store = await openRemote({
    url: line.url,
    apiKey: lab.root,
    cacheDir: join(folder, 'cache'),
    // One at a time, so that cuts meet requests in their order.
    connections: 1,
    retries: { attempts: 100 },
    world: { sleep: async () => undefined },
  });
  onTestFinished(() => store.close());
  return { blobs: store.blobsOf(project), line, folder };
}

/** Bytes that are never the same, with no help of chance. */
function noise(length: number, seed: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i + 4 <= length; i += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(state, i);
  }
  return bytes;
}

const places = [
  1, 50, 200, 400, 700, 1000, 5000, 65_536, 100_000, 1_000_000, 2_000_000, 3_000_000, 3_100_000,
];

const all = [noise(3_000_000, 1), ...Array.from({ length: 60 }, (_, i) => noise(2000 + i, i + 2))];

async function putAll(blobs: BlobStore): Promise<ContentDigest[]> {
  const digests: ContentDigest[] = [];
  const sources = all.map((bytes): Source => ({ kind: 'bytes', bytes }));
  for await (const { index, digest } of blobs.put(sources)) digests[index] = digest;
  return digests;
}

describe.each(['up', 'down'] as const)('over a line that breaks again and again on the way %s', (way) => {
  test('what is put arrives whole', async () => {
    const { blobs, line } = await lineTo();
    line.breakAt(way, places);
    const digests = await putAll(blobs);
    expect(line.cuts.length).toBeLessThan(places.length - 4);
    line.breakAt(way, []);
    for (const [i, bytes] of all.entries()) {
      expect(Buffer.compare(await readAll(blobs.open(digests[i] as ContentDigest)), bytes)).toBe(0);
    }
  });

  test('what is fetched arrives whole', async () => {
    const { blobs, line, folder } = await lineTo();
    const digests = await putAll(blobs);
    line.breakAt(way, places);
    const files = digests.map((digest, i) => ({ digest, path: join(folder, `${i}`) }));
    for await (const { written } of blobs.copyTo(files)) expect(written).toBe(true);
    expect(line.cuts.length).toBeLessThan(places.length - 4);
    for (const [i, bytes] of all.entries()) {
      expect(Buffer.compare(readFileSync(files[i]?.path ?? ''), bytes)).toBe(0);
    }
  });
});
