import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import type { BlobStore, ContentDigest, CopyRequest } from '@cairn/core';
import { collect } from '@cairn/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Fault, LoopbackServer } from './loopback-server.js';
import { connect, expectBytes, noise, project, readBack, scratchFolder } from './rig.js';

const size = 1_500_000;
const large = Buffer.from(noise(size));
const small = Buffer.from(noise(200_000));

let server: LoopbackServer;
let blobs: BlobStore;
let largeDigest: ContentDigest;
let smallDigest: ContentDigest;
let cacheDir: string;

beforeEach(async () => {
  const connected = await connect({ timeouts: { headersMs: 300, bodyMs: 300 } });
  ({ server, cacheDir } = connected);
  blobs = connected.store.blobsOf(project);
  for await (const { index, digest } of blobs.put(
    [large, small].map((bytes) => ({ kind: 'bytes', bytes })),
  )) {
    if (index === 0) largeDigest = digest;
    else smallDigest = digest;
  }
  server.requests.length = 0;
});

const getRanges = () =>
  server.requests.filter(({ route }) => route === 'getBlob').map(({ headers }) => headers.range);

/** Copies both blobs to files, which then must hold them. */
async function copyBoth(): Promise<void> {
  const folder = scratchFolder();
  const files = [
    { digest: largeDigest, path: join(folder, 'large') },
    { digest: smallDigest, path: join(folder, 'small') },
  ];
  await collect(blobs.copyTo(files));
  expect(readdirSync(folder).sort()).toEqual(['large', 'small']);
  for (const [i, { path }] of files.entries()) expectBytes(readFileSync(path), i === 0 ? large : small);
}

describe('a download that is cut', () => {
  test.each([0, 1, 16_384, 65_536, 700_001, size - 1, size])(
    'after %i bytes goes on there',
    async (bytes) => {
      server.order('getBlob', { kind: 'cut-answer', bytes });
      expectBytes(await readBack(blobs, largeDigest), large);
      const [first, second] = getRanges();
      expect(first).toBeUndefined();
      const from = Number(/^bytes=(\d+)-$/.exec(second ?? 'bytes=0-')?.[1]);
      expect(from).toBeLessThanOrEqual(bytes);
      // What had come is not asked for again, but for what was in the buffers of the connection that broke.
      if (bytes >= 700_001 && second !== undefined) expect(from).toBeGreaterThan(0);
    },
  );

  test('again and again comes to its end as long as something comes', async () => {
    server.order('getBlob', { kind: 'cut-answer', bytes: 150_000 }, 30);
    expectBytes(await readBack(blobs, largeDigest), large);
    expect(getRanges().length).toBeGreaterThan(8);
  });

  test('in a range goes on inside of it', async () => {
    server.order('getBlob', { kind: 'cut-answer', bytes: 200_000 });
    const range = { start: 300_000, end: 1_200_000 };
    expectBytes(await readBack(blobs, largeDigest, range), large.subarray(300_000, 1_200_000));
    expect(getRanges().at(-1)).toMatch(/^bytes=\d+-1199999$/);
  });

  test.each([0, 15, 16, 17, 100_000])(
    'after %i bytes of many small ones asks for the rest',
    async (bytes) => {
      server.order('readBlobs', { kind: 'cut-answer', bytes });
      await copyBoth();
    },
  );

  test('to a file goes on there, and the file appears whole', async () => {
    server.order('getBlob', { kind: 'cut-answer', bytes: 800_000 });
    await copyBoth();
    expect(getRanges().length).toBe(2);
  });
});

describe('a download comes to its end though', () => {
  const faults: [string, Fault][] = [
    ['the server is busy', { kind: 'answer', status: 503, headers: { 'retry-after': '7' } }],
    ['the server wants less', { kind: 'answer', status: 429 }],
    ['the answer never comes', { kind: 'silence' }],
  ];
  test.each(faults)('%s', async (_, fault) => {
    server.order('getBlob', fault, 2);
    server.order('readBlobs', fault, 2);
    await copyBoth();
  });

  test('an answer that looks whole lacks frames', async () => {
    server.order('readBlobs', { kind: 'answer', status: 200, body: '' }, 2);
    await copyBoth();
  });

  test('the frames are garbage once', async () => {
    server.order('readBlobs', { kind: 'answer', status: 200, body: 'no frames at all, just some words' });
    await copyBoth();
  });
});

describe('wrong bytes are never taken for right ones', () => {
  test('of a large blob', async () => {
    server.order('getBlob', { kind: 'flip', at: 1_000_000 });
    await expectCairnError(readBack(blobs, largeDigest), 'integrity_mismatch');
  });

  test('of a large blob that becomes a file', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'file');
    writeFileSync(path, 'before');
    server.order('getBlob', { kind: 'flip', at: 1_000_000 });
    await expectCairnError(blobs.copyTo([{ digest: largeDigest, path }]), 'integrity_mismatch');
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('of a small blob that becomes a file', async () => {
    const folder = scratchFolder();
    server.order('readBlobs', { kind: 'flip', at: 5000 });
    const file = { digest: smallDigest, path: join(folder, 'file') };
    await expectCairnError(blobs.copyTo([file]), 'integrity_mismatch');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('of a part of a small blob', async () => {
    server.order('readBlobs', { kind: 'flip', at: 5000 });
    await expectCairnError(readBack(blobs, smallDigest, { start: 0, end: 10 }), 'integrity_mismatch');
  });

  test('of an error page under status 200', async () => {
    server.order('getBlob', { kind: 'answer', status: 200, body: 'We are down for maintenance' });
    await expectCairnError(readBack(blobs, largeDigest), 'integrity_mismatch');
  });

  test('of another part than was asked for', async () => {
    const fault: Fault = {
      kind: 'answer',
      status: 206,
      headers: { 'content-range': `bytes 0-9/${size}` },
      body: '0123456789',
    };
    server.order('getBlob', fault, 100);
    await expectCairnError(readBack(blobs, largeDigest, { start: 5, end: 15 }), 'unavailable');
  });
});

describe('files of new folders', () => {
  const contents = Array.from({ length: 700 }, (_, i) => Buffer.from(`file ${i}`));
  let copies: string;
  let files: CopyRequest[];
  beforeEach(async () => {
    copies = join(scratchFolder(), 'copies');
    for (const name of ['few', 'many', 'more']) mkdirSync(join(copies, name), { recursive: true });
    const results = await collect(blobs.put(contents.map((bytes) => ({ kind: 'bytes', bytes }))));
    const digests = results.sort((a, b) => a.index - b.index).map(({ digest }) => digest);
    const folderOf = (i: number) => (i < 3 ? 'few' : i < 300 ? 'many' : 'more');
    files = digests.map((digest, i) => {
      return { digest, path: join(copies, folderOf(i), `${i}`), isFolderNew: true };
    });
    files.splice(100, 0, { digest: largeDigest, path: join(copies, 'many', 'large'), isFolderNew: true });
  });

  test('get to their places with their folders, those of long blobs too', async () => {
    const inodes = ['few', 'many', 'more'].map((name) => statSync(join(copies, name)).ino);
    let bytes = 0;
    const onBytes = (count: number) => {
      bytes += count;
    };
    const results = await collect(blobs.copyTo(files, { onBytes }));
    expect(results.every(({ written }) => written)).toBe(true);
    expect(bytes).toBe(contents.reduce((sum, { length }) => sum + length, size));
    expect(readdirSync(copies).sort()).toEqual(['few', 'many', 'more']);
    const isSame = (name: string, i: number) => statSync(join(copies, name)).ino === inodes[i];
    expect(['few', 'many', 'more'].map(isSame)).toEqual([true, false, false]);
    expect(['few', 'many', 'more'].map((name) => readdirSync(join(copies, name)).length)).toEqual([
      3, 298, 400,
    ]);
    for (const [i, { path }] of files.filter(({ path }) => !path.endsWith('large')).entries())
      expectBytes(readFileSync(path), contents[i] as Buffer);
    expectBytes(readFileSync(join(copies, 'many/large')), large);
    server.requests.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 100));
    const again = await collect(blobs.copyTo(files));
    expect(again.some(({ written }) => written)).toBe(false);
    expect(server.requests).toEqual([]);
  });

  test('leave nothing beside them when one is not there', async () => {
    const unknown = `blake3:${'0'.repeat(64)}` as ContentDigest;
    const path = join(copies, 'more', 'unknown');
    await expectCairnError(
      blobs.copyTo([...files, { digest: unknown, path, isFolderNew: true }]),
      'not_found',
    );
    expect(readdirSync(copies).sort()).toEqual(['few', 'many', 'more']);
    for (const name of ['few', 'many', 'more'])
      expect(readdirSync(join(copies, name)).filter((file) => file.startsWith('.'))).toEqual([]);
    await collect(blobs.copyTo(files));
    expect(readdirSync(join(copies, 'more')).length).toBe(400);
  });
});

describe('what is on this machine is not asked for', () => {
  test('files that are right', async () => {
    const folder = scratchFolder();
    const files = [
      { digest: largeDigest, path: join(folder, 'large') },
      { digest: smallDigest, path: join(folder, 'small') },
    ];
    await collect(blobs.copyTo(files));
    server.requests.length = 0;
    for (let i = 0; i < 2; i++) {
      const results = await collect(blobs.copyTo(files));
      expect(results.map(({ written }) => written)).toEqual([false, false]);
    }
    expect(server.requests).toEqual([]);
    writeFileSync(join(folder, 'small'), 'changed');
    const results = await collect(blobs.copyTo(files));
    expect(results.filter(({ written }) => written).map(({ index }) => index)).toEqual([1]);
    expectBytes(readFileSync(join(folder, 'small')), small);
  });

  test('but not when a file is to become something else', async () => {
    const path = join(scratchFolder(), 'file');
    await collect(blobs.copyTo([{ digest: smallDigest, path }]));
    await new Promise((resolve) => setTimeout(resolve, 100)); // or it could change within a tick of the clock
    await collect(blobs.copyTo([{ digest: smallDigest, path }])); // by which it is known
    await collect(blobs.copyTo([{ digest: largeDigest, path }]));
    expectBytes(readFileSync(path), large);
  });

  test('small blobs that were read once, by the next process too', async () => {
    await readBack(blobs, smallDigest);
    expect(server.requests.length).toBe(1);
    const again = await connect({ url: server.url, cacheDir });
    server.requests.length = 0;
    const others = again.store.blobsOf(project);
    expectBytes(await readBack(others, smallDigest), small);
    expectBytes(await readBack(others, smallDigest, { start: 5, end: 9 }), small.subarray(5, 9));
    expect(server.requests).toEqual([]);
  });

  test('but a damaged copy of one is', async () => {
    await readBack(blobs, smallDigest);
    const path = cachedFiles(cacheDir)[0] ?? '';
    writeFileSync(path, Buffer.from(small).fill(1, 0, 1));
    expectBytes(await readBack(blobs, smallDigest), small);
    expect(server.requests.length).toBe(2);
    expectBytes(readFileSync(path), small);
  });
});

test('the cache keeps within its bounds, and what was used last', async () => {
  const { store, cacheDir: folder } = await connect({ maxCacheBytes: 250_000 });
  const others = store.blobsOf(project);
  const digests: ContentDigest[] = [];
  for (let i = 0; i < 5; i++) {
    for await (const { digest } of others.put([{ kind: 'bytes', bytes: noise(100_000) }]))
      digests.push(digest);
  }
  for (const digest of digests) {
    await readBack(others, digest);
    await new Promise((resolve) => setTimeout(resolve, 20)); // file systems tell such times apart
  }
  await store.close();
  const kept = cachedFiles(folder).map((path) => readFileSync(path).length);
  expect(kept).toEqual([100_000, 100_000]);
  expect(cachedFiles(folder).some((path) => path.endsWith(digests[4]?.slice(-64) ?? '?'))).toBe(true);
});

function cachedFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => /blobs.blake3-/.test(path));
}
