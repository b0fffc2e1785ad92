import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobStore, type ContentDigest, readAll, type Source } from '@cairn/core';
import { openRemote } from '@cairn/remote';
import { collect } from '@cairn/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../src/index.js';
import { brokenLine } from './broken-line.js';
import { openLab } from './lab.js';
import { noise } from './noise.js';

// A line between client and server that breaks: of each connection, so many bytes come through one way or the other.

const project = { entity: 'acme', project: 'bikes' };

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

/** Behind all that goes one way when something small is put, or fetched. */
const smallExchange = 2500;
/** Every byte is tried where there is time for it. */
const step = process.env.CAIRN_TEST_FULL === '1' ? 1 : 97;

test.each(['up', 'down'] as const)(
  'wherever a line breaks on the way %s, what is small arrives whole, too',
  async (way) => {
    const { blobs, line, folder } = await lineTo();
    for (let bytes = 1; bytes < smallExchange; bytes += step) {
      const content = noise(600, bytes);
      const path = join(folder, `${bytes}`);
      line.breakAt(way, [bytes]);
      const [put] = await collect(blobs.put([{ kind: 'bytes', bytes: content }]));
      line.breakAt(way, [bytes]);
      await collect(blobs.copyTo([{ digest: put?.digest as ContentDigest, path }]));
      expect(Buffer.compare(readFileSync(path), content)).toBe(0);
    }
  },
);

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
