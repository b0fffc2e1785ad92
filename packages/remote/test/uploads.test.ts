import { writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expectCairnError } from '@cairn/conformance';
import type { PutResult, Source } from '@cairn/core';
import { collect } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import type { Fault } from './loopback-server.js';
import { connect, expectBytes, noise, project, readBack, scratchFolder } from './rig.js';

const bytesOf = (bytes: Uint8Array): Source => ({ kind: 'bytes', bytes });

/** What was put, in the order of the sources. */
async function put(results: AsyncIterable<PutResult>): Promise<PutResult[]> {
  return (await collect(results)).sort((a, b) => a.index - b.index);
}

describe('an upload', () => {
  test('of many small files takes three requests', async () => {
    const { server, store } = await connect();
    const sources = Array.from({ length: 400 }, (_, i) => bytesOf(Buffer.from(`file ${i}`)));
    const results = await put(store.blobsOf(project).put(sources));
    expect(results.every(({ created }) => created)).toBe(true);
    expect(server.requests.map(({ route }) => route)).toEqual(['basis', 'missingBlobs', 'addPack']);
  });

  test('sends only what the project lacks, and says what that was', async () => {
    const { server, store } = await connect();
    const blobs = store.blobsOf(project);
    const [old, fresh] = [noise(70_000), noise(50_000)];
    await put(blobs.put([bytesOf(old)]));
    server.requests.length = 0;
    const results = await put(blobs.put([old, fresh, old].map(bytesOf)));
    expect(results.map(({ created }) => created)).toEqual([false, true, false]);
    const sent = server.requests.filter(({ route }) => route === 'addPack');
    expect(Number(sent[0]?.headers['content-length'])).toBeLessThan(51_000);
    expect(sent.length).toBe(1);
    for (const [i, bytes] of [old, fresh].entries())
      expectBytes(await readBack(blobs, results[i]?.digest), bytes);
  });

  test('of what the project has sends nothing', async () => {
    const { server, store } = await connect();
    const blobs = store.blobsOf(project);
    const large = noise(2_000_000);
    await put(blobs.put([bytesOf(large)]));
    server.requests.length = 0;
    const [again] = await put(blobs.put([bytesOf(large)]));
    expect(again?.created).toBe(false);
    expect(server.requests.map(({ route }) => route)).toEqual(['missingBlobs']);
  });

  test('of a large file that changed in one place sends what is near it', async () => {
    const { server, store } = await connect();
    const blobs = store.blobsOf(project);
    const large = noise(3_000_000);
    await put(blobs.put([bytesOf(large)]));
    const edited = Uint8Array.from(large);
    edited.set(noise(10), 1_500_000);
    server.requests.length = 0;
    const [result] = await put(blobs.put([bytesOf(edited)]));
    expect(result?.created).toBe(true);
    const sent = server.requests.filter(({ route }) => route === 'addPack');
    expect(Number(sent[0]?.headers['content-length'])).toBeLessThan(700_000);
    expectBytes(await readBack(blobs, result?.digest), edited);
  });

  test('gives a project nothing of another one', async () => {
    const { server, store } = await connect();
    const [mine, theirs] = [store.blobsOf(project), store.blobsOf({ ...project, project: 'mountain' })];
    const source = bytesOf(noise(1000));
    const [first] = await put(mine.put([source]));
    await expectCairnError(readBack(theirs, first?.digest), 'not_found');
    server.requests.length = 0;
    const [second] = await put(theirs.put([source]));
    expect(second).toEqual(first);
    expect(server.requests.map(({ route }) => route)).toContain('addPack');
  });

  test('leaves no pack behind, whether it succeeds or fails', async () => {
    const { server, store, cacheDir } = await connect();
    const blobs = store.blobsOf(project);
    await put(blobs.put([bytesOf(noise(1000))]));
    expect(await readdir(join(cacheDir, 'packs'))).toEqual([]);
    server.order('addPack', { kind: 'answer', status: 507, body: errorBody('storage_full') });
    await expectCairnError(blobs.put([bytesOf(noise(1000))]), 'storage_full');
    expect(await readdir(join(cacheDir, 'packs'))).toEqual([]);
  });
});

test('of very many sources none is forgotten, also of those that are equal or were sent by then', async () => {
  const { store } = await connect();
  const blobs = store.blobsOf(project);
  const folder = scratchFolder();
  const sources = Array.from({ length: 6000 }, (_, i): Source => {
    // Packs fill up at 48 MiB, so that several are sent before the end.
    const path = join(folder, `${i}`);
    writeFileSync(path, Buffer.alloc(20_000, `${i % 4500} `));
    return { kind: 'path', path };
  });
  const results = await put(blobs.put(sources));
  expect(results.map(({ index }) => index)).toEqual(sources.map((_, i) => i));
  expect(new Set(results.map(({ digest }) => digest)).size).toBe(4500);
  expect(results.filter(({ created }) => created).length).toBe(4500);
});

test('files that look unchanged are neither read nor asked for again', async () => {
  const { server, store } = await connect();
  const folder = scratchFolder();
  const sources = Array.from({ length: 50 }, (_, i): Source => {
    const path = join(folder, `${i}`);
    writeFileSync(path, noise(100));
    return { kind: 'path', path };
  });
  await new Promise((resolve) => setTimeout(resolve, 100)); // or they could change within a tick of the clock
  const first = await put(store.blobsOf(project).put(sources));
  server.requests.length = 0;
  const again = await put(store.blobsOf(project).put(sources));
  expect(again).toEqual(first.map((result) => ({ ...result, created: false })));
  expect(server.requests).toEqual([]);
});

function errorBody(code: string, isRetryable = false): string {
  return JSON.stringify({ error: { code, message: 'no', isRetryable, requestId: 'x' } });
}

describe('an upload comes to its end though', () => {
  const faults: [string, Fault][] = [
    ...[0, 1, 1000, 149_999].map((bytes): [string, Fault] => [
      `the connection is cut after ${bytes} bytes of the pack`,
      { kind: 'cut-request', bytes },
    ]),
    ...[0, 1, 5].map((bytes): [string, Fault] => [
      `the connection is cut after ${bytes} bytes of the answer`,
      { kind: 'cut-answer', bytes },
    ]),
    ['the server is busy', { kind: 'answer', status: 503, headers: { 'retry-after': '7' } }],
    ['the server wants less', { kind: 'answer', status: 429, headers: { 'retry-after': '7' } }],
    ['a proxy finds no server', { kind: 'answer', status: 502, body: '<html>Bad Gateway</html>' }],
    ['the answer is garbage', { kind: 'answer', status: 200, body: 'hello' }],
    ['the answer is of another service', { kind: 'answer', status: 200, body: '{"ok":true}' }],
    ['the answer never comes', { kind: 'silence' }],
  ];

  test.each(faults)('%s', async (_, fault) => {
    for (const route of ['basis', 'missingBlobs', 'addPack'] as const) {
      const { server, store, slept } = await connect({ timeouts: { headersMs: 300 } });
      const blobs = store.blobsOf(project);
      const bytes = noise(150_000);
      server.order(route, fault, 2);
      const [result] = await put(blobs.put([bytesOf(bytes)]));
      expectBytes(await readBack(blobs, result?.digest), bytes);
      // A short answer may have been whole before the cut.
      if (fault.kind !== 'cut-answer' || fault.bytes === 0) expect(slept.length).toBe(2);
      const told = fault.kind === 'answer' && fault.headers !== undefined ? 7000 : 0;
      for (const ms of slept) expect(ms).toBeGreaterThanOrEqual(told);
    }
  });
});

describe('an upload fails, typed and after a bounded number of requests, when', () => {
  const always: [string, Fault, Parameters<typeof expectCairnError>[1], number][] = [
    ['the connection is always cut', { kind: 'cut-request', bytes: 10 }, 'unavailable', 12],
    ['the server is always busy', { kind: 'answer', status: 503 }, 'unavailable', 12],
    ['the server always wants less', { kind: 'answer', status: 429 }, 'rate_limited', 12],
    ['the answer is always garbage', { kind: 'answer', status: 200, body: '\0\0' }, 'unavailable', 12],
    ['nothing ever comes', { kind: 'silence' }, 'timeout', 12],
    ['the server asks for an hour', busyFor('3600'), 'unavailable', 1],
    ['the server asks for a day far off', busyFor('Fri, 31 Dec 2100 23:59:59 GMT'), 'unavailable', 1],
    ['it is forbidden', { kind: 'answer', status: 403, body: errorBody('forbidden') }, 'forbidden', 1],
    ['it is a bad request', { kind: 'answer', status: 400 }, 'unavailable', 1],
    ['garbage was collected meanwhile', conflict(), 'conflict', 1],
  ];

  test.each(always)('%s', async (_, fault, code, count) => {
    const { server, store } = await connect({ timeouts: { headersMs: 100 } });
    server.order('addPack', fault, 100);
    const error = await expectCairnError(store.blobsOf(project).put([bytesOf(noise(1000))]), code);
    expect(server.requests.filter(({ route }) => route === 'addPack').length).toBe(count);
    if (count > 1 || code === 'conflict') expect(error.isRetryable).toBe(true);
  });

  function busyFor(retryAfter: string): Fault {
    return { kind: 'answer', status: 503, headers: { 'retry-after': retryAfter } };
  }

  function conflict(): Fault {
    return { kind: 'answer', status: 409, body: errorBody('conflict', true) };
  }
});

test('an upload ends at once when it is aborted, also while it waits', async () => {
  const { server, store } = await connect();
  server.order('addPack', { kind: 'silence' }, 100);
  const reason = new Error('enough');
  const controller = new AbortController();
  const upload = collect(store.blobsOf(project).put([bytesOf(noise(1000))], { signal: controller.signal }));
  while (!server.requests.some(({ route }) => route === 'addPack')) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  controller.abort(reason);
  await expect(upload).rejects.toBe(reason);
});
