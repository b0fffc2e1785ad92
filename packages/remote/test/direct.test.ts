import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import type { BlobStore, ContentDigest } from '@cairn/core';
import { collect } from '@cairn/testing';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type OpenRemoteOptions, openRemote } from '../src/index.js';
import type { PlannedPart } from '../src/protocol/index.js';
import { type LoopbackBucket, startLoopbackBucket } from './loopback-bucket.js';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.js';
import { connect, expectBytes, noise, project, quickWorld, readBack, scratchFolder } from './rig.js';

/* Large blobs from the bucket behind a server, and through the server where that can't be. */

const MiB = 1024 * 1024;
const size = 6 * MiB + 12_345;
const bytes = Buffer.from(noise(size));
const folder = mkdtempSync(join(tmpdir(), 'cairn-direct-'));
/** Of the server, when it sends all of the blob in place of the bucket. */
const whole = `bytes=0-${size - 1}`;
const key = 'cairn_key-for-the-server-alone';

interface Rig {
  readonly bucket: LoopbackBucket;
  readonly server: LoopbackServer;
  readonly blobs: BlobStore;
  readonly digest: ContentDigest;
  readonly slept: readonly number[];
  /** How often a route was asked. */
  count(route: string): number;
  /** Which bytes were asked of the server. */
  ranges(): (string | undefined)[];
}

// All tests share a server, as sessions do; each is a session of its own.
let bucket: LoopbackBucket;
let server: LoopbackServer;
let digest: ContentDigest;
beforeAll(async () => {
  bucket = await startLoopbackBucket();
  server = await startLoopbackServer({ plan: (blob, at) => bucket.plan(blob, at) });
  const store = await openRemote({ url: server.url, cacheDir: join(folder, 'cache') });
  const [put] = await collect(store.blobsOf(project).put([{ kind: 'bytes', bytes }]));
  digest = put?.digest as ContentDigest;
  await store.close();
});
afterAll(async () => {
  await server.close();
  await bucket.close();
  rmSync(folder, { recursive: true });
});

async function rig(options: Partial<OpenRemoteOptions> = {}): Promise<Rig> {
  bucket.reset();
  const { world, slept } = quickWorld();
  const cacheDir = join(scratchFolder(), 'cache');
  const store = await openRemote({ url: server.url, apiKey: key, cacheDir, world, ...options });
  onTestFinished(() => store.close());
  server.reset();
  const of = (name: string) => server.requests.filter(({ route }) => route === name);
  return {
    bucket,
    server,
    blobs: store.blobsOf(project),
    digest,
    slept,
    count: (name) => of(name).length,
    ranges: () => of('getBlob').map(({ headers }) => headers.range),
  };
}

/** Makes a file of the blob, which must be right then. */
async function copy({ blobs, digest }: Pick<Rig, 'blobs' | 'digest'>): Promise<void> {
  const path = join(scratchFolder(), 'file');
  await collect(blobs.copyTo([{ digest, path }]));
  expectBytes(readFileSync(path), bytes);
}

/** All came from the bucket, but for what the server has to gather. */
function expectDirect({ ranges }: Pick<Rig, 'ranges'>): void {
  const lengths = ranges().map((range) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    return Number(last) + 1 - Number(first);
  });
  expect(lengths).toEqual(lengths.map(() => MiB));
  expect(lengths.length).toBeLessThanOrEqual(2);
}

describe('a large blob', () => {
  test('comes from the bucket, but for what the server has to gather', async () => {
    const found = await rig();
    await copy(found);
    expect(found.ranges()).toEqual([`bytes=${4 * MiB}-${5 * MiB - 1}`]);
    expect(found.count('planBlob')).toBe(2);
    expect(found.bucket.requests).toHaveLength(6);
    // It is asked once what the server can do.
    await copy(found);
    expect(found.count('info')).toBe(1);
  });

  test('is asked for without the key', async () => {
    const { bucket, ...found } = await rig();
    await copy(found);
    for (const { headers } of bucket.requests) {
      expect(headers.authorization).toBeUndefined();
      expect(JSON.stringify(headers)).not.toContain(key);
    }
  });

  test('comes in part, wherever the part begins and ends', async () => {
    const { blobs, digest, bucket, ranges } = await rig();
    for (const [start, end] of [
      [1, 4 * MiB + 2],
      [3 * MiB + 5, size],
      [100_000, 5 * MiB],
    ] as const) {
      expectBytes(await readBack(blobs, digest, { start, end }), bytes.subarray(start, end));
    }
    expect(ranges().length).toBeLessThanOrEqual(3);
    const asked = bucket.requests.length;
    // A short part isn't worth a plan.
    expectBytes(await readBack(blobs, digest, { start: 5, end: 1000 }), bytes.subarray(5, 1000));
    expect(bucket.requests).toHaveLength(asked);
  });

  test('is left to the bucket by who asked the server before the size was known', async () => {
    const { blobs, server, bucket, ...found } = await rig();
    const large = Buffer.from(noise(16 * MiB));
    const [put] = await collect(blobs.put([{ kind: 'bytes', bytes: large }]));
    server.requests.length = 0;
    expectBytes(await readBack(blobs, put?.digest), large);
    expect(bucket.requests.length).toBeGreaterThan(10);
    // All of it was asked for once, and parts of it later.
    expect(found.ranges().filter((range) => range === undefined)).toHaveLength(1);
    expect(found.count('planBlob')).toBe(4);
    // What is shorter isn't worth it.
    bucket.requests.length = 0;
    expectBytes(await readBack(blobs, digest), bytes);
    expect(bucket.requests).toHaveLength(0);
  });

  test('comes through a server that knows of no bucket, which is asked for no plan', async () => {
    const { server: old, store } = await connect();
    const blobs = store.blobsOf(project);
    await collect(blobs.put([{ kind: 'bytes', bytes }]));
    old.requests.length = 0;
    await copy({ blobs, digest });
    expect(old.requests.map(({ route }) => route)).toEqual(['readBlobs', 'info', 'getBlob']);
  });

  test('comes through a server that plans nothing, or fails to', async () => {
    const found = await rig();
    found.server.order('planBlob', { kind: 'answer', status: 200, body: '{"parts":[]}' });
    await copy(found);
    found.server.order('planBlob', { kind: 'answer', status: 500, body: '' }, 100);
    await copy(found);
    expect(found.ranges()).toEqual([whole, whole]);
    expect(found.bucket.requests).toHaveLength(0);
  });
});

describe('a bucket that fails', () => {
  test.each([0, 1, 65_536, 65_537, 500_000, MiB - 1])(
    'is asked for the rest when it is cut after %i bytes',
    async (cut) => {
      const found = await rig();
      found.bucket.order({ kind: 'cut', bytes: cut });
      await copy(found);
      expectDirect(found);
      // Chunks that had come are not asked for again.
      const again = found.server.requests.filter(({ route }) => route === 'planBlob')[1]?.url;
      const from = Number(/at=(\d+)$/.exec(again ?? '')?.[1]);
      expect(from % 65_536).toBe(0);
      expect(from).toBeLessThanOrEqual(cut);
    },
  );

  test('may be cut again and again as long as something comes', async () => {
    const found = await rig();
    found.bucket.order({ kind: 'cut', bytes: 400_000 }, 6);
    await copy(found);
    expectDirect(found);
  });

  test.each([403, 404])('with %i gets a new plan, and goes on', async (status) => {
    const found = await rig();
    found.bucket.order({ kind: 'status', status });
    await copy(found);
    expect(found.count('planBlob')).toBe(3);
    expect(found.slept).toEqual([]);
  });

  test('refusing the new plan too is not asked for this blob again', async () => {
    const found = await rig();
    await copy(found);
    found.server.requests.length = 0;
    found.bucket.order({ kind: 'status', status: 403 }, 6);
    await copy(found);
    expect(found.ranges()).toEqual([whole]);
    // It worked before, and may again.
    const asked = found.bucket.requests.length;
    await copy(found);
    expect(found.bucket.requests).toHaveLength(asked + 6);
  });

  test('refusing everything from the start is not asked again', async () => {
    const found = await rig();
    found.bucket.order({ kind: 'status', status: 403 }, 100);
    await copy(found);
    const asked = found.bucket.requests.length;
    await copy(found);
    expect(found.bucket.requests).toHaveLength(asked);
    expect(found.ranges()).toEqual([whole, undefined]);
  });

  test('being busy is asked again when it said', async () => {
    const found = await rig();
    found.bucket.order({ kind: 'status', status: 503, headers: { 'retry-after': '7' } });
    await copy(found);
    expect(found.slept.some((ms) => ms >= 7000)).toBe(true);
    expectDirect(found);
  });

  test('staying busy or garbled leaves all to the server', async () => {
    for (const fault of [
      { kind: 'status', status: 503 },
      { kind: 'whole' },
      { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    ] as const) {
      const found = await rig();
      found.bucket.order(fault, 100);
      await copy(found);
      expect(found.ranges(), fault.kind).toEqual([whole]);
    }
  });

  test('that says nothing leaves all to the server', async () => {
    const found = await rig({ timeouts: { headersMs: 2000 }, retries: { attempts: 1 } });
    found.bucket.order({ kind: 'silence' }, 100);
    await copy(found);
    expect(found.ranges()).toEqual([whole]);
  });

  test('that sends too much is believed what was verified', async () => {
    const found = await rig();
    found.bucket.order({ kind: 'surplus' });
    await copy(found);
    expect(found.ranges()).toEqual([`bytes=${MiB - 65_536}-${size - 1}`]);
  });

  test.each([0, 65_536 * 3, MiB - 1])('with another byte at %i is not believed', async (at) => {
    const found = await rig();
    found.bucket.order({ kind: 'flip', at }, 100);
    await copy(found);
    expect(found.ranges()).toHaveLength(1);
  });

  test('is not asked again in this session when it can’t be reached', async () => {
    const closed = await closedPort();
    const found = await rig();
    found.bucket.change = to(`http://127.0.0.1:${closed}/x`);
    await copy(found);
    await copy(found);
    expect(found.count('planBlob')).toBe(1);
    expect(found.ranges()).toEqual([whole, undefined]);
  });

  test('whose bytes are damaged at the server too leaves no file', async () => {
    const found = await rig();
    found.bucket.order({ kind: 'flip', at: 70_000 }, 100);
    found.server.order('getBlob', { kind: 'flip', at: 5 }, 100);
    const path = join(scratchFolder(), 'file');
    const error = await expectCairnError(
      collect(found.blobs.copyTo([{ digest: found.digest, path }])),
      'integrity_mismatch',
    );
    expect(error.message).toContain(found.digest);
    expect(error.message).not.toContain('signature');
    expect(existsSync(path)).toBe(false);
  });

  test('ends at once with the signal', async () => {
    const found = await rig();
    found.bucket.order({ kind: 'silence' }, 100);
    const controller = new AbortController();
    const path = join(scratchFolder(), 'file');
    const copied = collect(
      found.blobs.copyTo([{ digest: found.digest, path }], { signal: controller.signal }),
    );
    while (found.bucket.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error('enough'));
    await expect(copied).rejects.toThrow('enough');
    expect(existsSync(path)).toBe(false);
  });
});

describe('a plan', () => {
  test.each([
    ['to a file', to('file:///etc/passwd')],
    ['with credentials in it', to('http://user:word@127.0.0.1:1/x')],
    ['that is none', to('nonsense')],
    ['with headers that are nobody’s business', headers({ 'metadata-flavor': 'Google' })],
    ['with another’s key', headers({ authorization: `Bearer ${key}` })],
    ['with cookies', headers({ cookie: 'a=b' })],
  ])('%s is not followed', async (_, change) => {
    const found = await rig();
    found.bucket.change = change;
    await copy(found);
    expect(found.bucket.requests).toHaveLength(0);
    expect(found.ranges()).toEqual([whole]);
  });

  test.each([
    ['for other bytes than it says', (part: PlannedPart) => ({ ...part, end: part.end - 65_536 })],
    ['with parts behind holes', (part: PlannedPart) => ({ ...part, start: part.start + 65_536 })],
  ])('%s is not followed to the end', async (_, change) => {
    const found = await rig();
    found.bucket.change = change;
    await copy(found);
    expect(found.ranges()).toEqual([whole]);
  });
});

function to(url: string): (part: PlannedPart) => PlannedPart {
  return ({ request, ...part }) => (request === undefined ? part : { ...part, request: { ...request, url } });
}

function headers(more: Record<string, string>): (part: PlannedPart) => PlannedPart {
  return ({ request, ...part }) =>
    request === undefined
      ? part
      : { ...part, request: { ...request, headers: { ...request.headers, ...more } } };
}

/** A port of this machine that nobody listens at. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
