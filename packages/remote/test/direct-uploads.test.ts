import { createServer } from 'node:net';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import { CairnError } from '@cairn/core';
import { collect } from '@cairn/testing';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type OpenRemoteOptions, openRemote } from '../src/index.js';
import { toErrorAnswer } from '../src/protocol/index.js';
import { type LoopbackPlaces, startLoopbackPlaces } from './loopback-places.js';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.js';
import { connect, expectBytes, noise, project, quickWorld, readBack, scratchFolder } from './rig.js';

/* Packs to the bucket behind a server, and through the server where that can't be. */

const size = 8_400_000;
const key = 'cairn_key-for-the-server-alone';

let places: LoopbackPlaces;
let server: LoopbackServer;
beforeAll(async () => {
  places = await startLoopbackPlaces();
  server = await startLoopbackServer({ places });
});
afterAll(async () => {
  await server.close();
  await places.close();
});

async function session(options: Partial<OpenRemoteOptions> = {}) {
  places.reset();
  const { world, slept } = quickWorld();
  const cacheDir = join(scratchFolder(), 'cache');
  const store = await openRemote({ url: server.url, apiKey: key, cacheDir, world, ...options });
  onTestFinished(() => store.close());
  server.reset();
  const blobs = store.blobsOf(project);
  return {
    slept,
    /** Stores a large blob, which must be there then. */
    async put(bytes: Uint8Array = noise(size)): Promise<void> {
      const [put] = await collect(blobs.put([{ kind: 'bytes', bytes }]));
      expectBytes(await readBack(blobs, put?.digest), bytes);
    },
    blobs,
    /** The routes that were asked since it was called last, those of reading left out. */
    asked(): string[] {
      const names = server.requests.map(({ route }) => String(route));
      server.requests.length = 0;
      return names.filter((name) => !['readBlobs', 'getBlob', 'basis', 'missingBlobs'].includes(name));
    },
  };
}

const direct = ['planPack', 'addPlannedPack'];

describe('a large pack', () => {
  test('goes to the bucket, and the server hears where it is', async () => {
    const { put, asked } = await session();
    await put();
    expect(asked()).toEqual(['info', ...direct]);
    await put();
    expect(asked()).toEqual(direct);
    expect(places.requests.map(({ method }) => method)).toEqual(['PUT', 'PUT']);
    expect(places.left).toBe(0);
  });

  test('goes there without the key, and with its length', async () => {
    const { put } = await session();
    await put();
    const headers = places.requests[0]?.headers ?? {};
    expect(headers.authorization).toBeUndefined();
    expect(JSON.stringify(headers)).not.toContain(key);
    expect(Number(headers['content-length'])).toBeGreaterThan(size);
    expect(headers['transfer-encoding']).toBeUndefined();
    expect(headers['if-none-match']).toBe('*');
  });

  test('goes through a server that knows of no bucket, which is asked for no place', async () => {
    const { server: old, store } = await connect();
    await collect(store.blobsOf(project).put([{ kind: 'bytes', bytes: noise(size) }]));
    expect(old.requests.map(({ route }) => route)).toEqual(['basis', 'missingBlobs', 'info', 'addPack']);
  });

  test('goes through a server that gives no place, or fails to', async () => {
    const { put, asked } = await session();
    server.order('planPack', { kind: 'answer', status: 200, body: '{}' });
    await put();
    expect(asked()).toEqual(['info', 'planPack', 'addPack']);
    server.order('planPack', { kind: 'answer', status: 400, body: '' });
    await put();
    expect(asked()).toEqual(['planPack', 'addPack']);
    expect(places.requests).toEqual([]);
  });
});

test('a small pack goes through the server, which is asked for nothing else', async () => {
  const { put, asked } = await session();
  await put(noise(8_000_000));
  expect(asked()).toEqual(['addPack']);
});

describe('a bucket that fails', () => {
  test.each([
    ['cuts the connection', { kind: 'cut', bytes: 100_000 }],
    ['is busy', { kind: 'status', status: 503, headers: { 'retry-after': '7' } }],
    ['loses its answer', { kind: 'lost' }],
  ] as const)('and %s is asked again', async (_, fault) => {
    const { put, asked, slept } = await session();
    places.order(fault);
    await put();
    expect(asked()).toEqual(['info', ...direct]);
    expect(places.requests).toHaveLength(2);
    if (fault.kind === 'status') expect(slept.some((ms) => ms >= 7000)).toBe(true);
  });

  test('and stays busy leaves the pack to the server, and is asked again with the next', async () => {
    const { put, asked } = await session();
    await put();
    places.order({ kind: 'status', status: 503 }, 3);
    await put();
    expect(asked()).toEqual(['info', ...direct, 'planPack', 'addPack']);
    await put();
    expect(asked()).toEqual(direct);
  });

  test('and only ever breaks the connection is not asked again', async () => {
    const { put, asked } = await session();
    places.order({ kind: 'cut', bytes: 1 }, 100);
    await put();
    await put();
    expect(asked()).toEqual(['info', 'planPack', 'addPack', 'addPack']);
    expect(places.requests).toHaveLength(3);
  });

  test.each([
    ['refuses it at once', { kind: 'early', status: 403 }],
    ['can’t do it', { kind: 'status', status: 501 }],
    ['sends it elsewhere', { kind: 'status', status: 307, headers: { location: 'http://127.0.0.1:1/' } }],
  ] as const)('and %s leaves all to the server', async (_, fault) => {
    const { put, asked } = await session();
    places.order(fault, 100);
    await put();
    await put();
    expect(asked()).toEqual(['info', 'planPack', 'addPack', 'addPack']);
    expect(places.requests).toHaveLength(1);
  });

  test('to connect to is not asked again in this session', async () => {
    const closed = await closedPort();
    const { put, asked } = await session();
    places.change = (place) => ({ ...place, url: `http://127.0.0.1:${closed}/x` });
    await put();
    await put();
    expect(asked()).toEqual(['info', 'planPack', 'addPack', 'addPack']);
  });

  test('ends at once with the signal', async () => {
    const { blobs, asked } = await session();
    places.order({ kind: 'silence' });
    const controller = new AbortController();
    const sources = [{ kind: 'bytes', bytes: noise(size) }] as const;
    const put = collect(blobs.put(sources, { signal: controller.signal }));
    while (places.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error('enough'));
    await expect(put).rejects.toThrow('enough');
    expect(asked()).toEqual(['info', 'planPack']);
  });
});

describe('a pack that the server does not take from the bucket', () => {
  test.each(['not_found', 'forbidden'] as const)(
    'for %s is sent to it, as are those after it',
    async (code) => {
      const { put, asked } = await session();
      server.order('addPlannedPack', refusal(code));
      await put();
      await put();
      expect(asked()).toEqual(['info', ...direct, 'addPack', 'addPack']);
    },
  );

  test('because it came damaged is sent to it', async () => {
    const { put, asked } = await session();
    places.order({ kind: 'flip', at: 1000 });
    await put();
    expect(asked()).toEqual(['info', ...direct, 'addPack']);
  });

  test('because what it relies on is gone is not sent again, as it would be gone still', async () => {
    const { blobs, asked } = await session();
    server.order('addPlannedPack', refusal('conflict'));
    const put = collect(blobs.put([{ kind: 'bytes', bytes: noise(size) }]));
    const error = await expectCairnError(put, 'conflict');
    expect(error.message).not.toMatch(/secret|place-/);
    expect(asked()).toEqual(['info', ...direct]);
  });

  test('for who is asked after an answer was lost is sent to it', async () => {
    const { put, asked } = await session();
    server.order('addPlannedPack', { kind: 'cut-answer', bytes: 3 });
    await put();
    expect(asked()).toEqual(['info', ...direct, 'addPlannedPack', 'addPack']);
  });
});

test('no secret is in an error', async () => {
  const { blobs } = await session();
  places.order({ kind: 'status', status: 403 }, 100);
  server.order('addPack', { kind: 'answer', status: 500, body: '' }, 100);
  const put = collect(blobs.put([{ kind: 'bytes', bytes: noise(size) }]));
  const error = await expectCairnError(put, 'unavailable');
  expect(`${error.stack}${JSON.stringify(error)}${error.cause}`).not.toMatch(/signature|place-/);
});

describe('a place', () => {
  test.each([
    ['in a file', { url: 'file:///etc/passwd' }],
    ['with another’s key', { headers: { authorization: `Bearer ${key}` } }],
    ['with a range', { headers: { range: 'bytes=0-1' } }],
  ])('%s is not written to', async (_, change) => {
    const { put, asked } = await session();
    places.change = (place) => ({ ...place, ...change });
    await put();
    expect(places.requests).toEqual([]);
    expect(asked()).toEqual(['info', 'planPack', 'addPack']);
  });
});

function refusal(code: CairnError['code']) {
  const answer = toErrorAnswer(new CairnError(code, 'no', { isRetryable: code === 'conflict' }), 'test');
  return { kind: 'answer', status: 400, body: JSON.stringify(answer) } as const;
}

/** A port of this machine that nobody listens at. */
async function closedPort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as { port: number };
  await new Promise((resolve) => listener.close(resolve));
  return port;
}
