import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { HttpServer } from '@cairn/conformance/servers';
import type { ReferenceEntry, StorageHandler } from '@cairn/core';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { expectBytes, expectError, quickWorld, read, refer, someBytes, startServer } from '../test/rig.js';
import { httpHandler } from './http-handler.js';

let server: HttpServer;
let handler: StorageHandler;

beforeEach(async () => {
  server = await startServer();
  handler = httpHandler({ world: quickWorld().world });
});

describe('reads the right bytes', () => {
  test.each([
    ['with a length', {}],
    ['chunked', { framing: 'chunked' }],
    ['unsized', { framing: 'close' }],
    ['gzipped', { encoding: 'gzip' }],
    ['gzipped and chunked', { encoding: 'gzip', framing: 'chunked', etag: 'weak' }],
    ['without an ETag', { etag: 'none' }],
    ['without ranges', { ranges: false }],
  ] as const)('%s', async (_, resource) => {
    const reference = await refer(handler, server.put('/x', { bytes: someBytes, ...resource }));
    expectBytes(await read(handler, reference), someBytes);
    for (const range of [
      { start: 0, end: 1 },
      { start: 299_000 },
      { start: 1000, end: 200_000 },
      { start: 5, end: 9e9 },
    ]) {
      expectBytes(await read(handler, reference, { range }), someBytes.subarray(range.start, range.end));
    }
    for (const range of [
      { start: 300_000 },
      { start: 300_001, end: 400_000 },
      { start: 7, end: 7 },
      { start: 9, end: 2 },
    ]) {
      expect(await read(handler, reference, { range })).toHaveLength(0);
    }
  });

  test('of an empty resource', async () => {
    const reference = await refer(handler, server.put('/x', { bytes: '' }));
    expect(reference.size).toBe(0);
    expect(await read(handler, reference)).toHaveLength(0);
    expect(await read(handler, reference, { range: { start: 0, end: 5 } })).toHaveLength(0);
  });

  test.each([
    ['br', brotliCompressSync],
    ['gzip, br', (bytes: Buffer) => brotliCompressSync(gzipSync(bytes))],
    ['deflate', deflateSync],
    ['x-gzip, identity', undefined],
  ] as const)('that come as %s', async (encoding, compress) => {
    const body =
      compress === undefined
        ? { encoding: 'gzip' as const, bytes: someBytes }
        : { bytes: compress(someBytes) };
    const uri = server.put('/x', { ...body, ranges: false, headers: { 'Content-Encoding': encoding } });
    expectBytes(await read(handler, await refer(handler, uri)), someBytes);
  });

  test('but not of an encoding that nobody knows', async () => {
    const uri = server.put('/x', { bytes: 'x', ranges: false, headers: { 'Content-Encoding': 'rot13' } });
    await expectError(read(handler, await refer(handler, uri)), 'unsupported_format');
  });

  test('at any pace, also of a server that has closed the connection by then', async () => {
    for (const size of [65_536, 131_072, 200_000, 262_144]) {
      const bytes = someBytes.subarray(0, size);
      const uri = server.put('/x', { bytes, framing: 'close' });
      const chunks: Uint8Array[] = [];
      for await (const chunk of handler.open(await refer(handler, uri))) {
        chunks.push(chunk);
        await sleep(5);
      }
      expectBytes(Buffer.concat(chunks), bytes);
    }
  });
});

test('a reader that lags holds the server back', async () => {
  let sent = 0;
  const flood = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n');
    const send = () => {
      while (sent < 200_000_000) {
        sent += 65_536;
        if (!socket.write(Buffer.alloc(65_536))) break;
      }
    };
    socket.on('drain', send);
    send();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void flood.close());
  await once(flood, 'listening');
  const uri = `http://127.0.0.1:${(flood.address() as AddressInfo).port}/x`;

  let before = -1;
  for await (const _ of handler.open({ kind: 'reference', path: 'x', uri, digest: `uri:${uri}` })) {
    for (; sent !== before; await sleep(100)) before = sent;
    break;
  }
  // What the sockets of both sides hold, and no more.
  expect(sent).toBeLessThan(50_000_000);
});

describe('refuses what has changed, before the first byte', () => {
  const old = new Date('2024-01-01T00:00:00Z');
  const recent = new Date('2024-01-02T00:00:00Z');

  test.each([
    ['a strong ETag', { etag: '"a"' }, { etag: '"b"' }, ['"a"', '"b"']],
    ['a strong ETag that became weak', { etag: '"a"' }, { etag: 'W/"a"' }, ['"a"', 'W/"a"']],
    ['a weak ETag', { etag: 'W/"a"' }, { etag: 'W/"b"' }, ['W/"a"', 'W/"b"']],
    ['an ETag that is gone', { etag: 'W/"a"' }, { etag: 'none' }, ['W/"a"', 'unknown']],
    ['the size', { etag: 'none' }, { etag: 'none', bytes: 'longer' }, ['3', '6']],
    ['the size under the same ETag', { etag: '"a"' }, { etag: '"a"', bytes: 'longer' }, ['3', '6']],
    [
      'the date',
      { etag: 'none', lastModified: old },
      { etag: 'none', lastModified: recent },
      ['01 Jan', '02 Jan'],
    ],
    [
      'the date beside a weak ETag',
      { etag: 'W/"a"', lastModified: old },
      { etag: 'W/"a"', lastModified: recent },
      ['01 Jan', '02 Jan'],
    ],
  ] as const)('%s', async (_, was, is, both) => {
    const reference = await refer(handler, server.put('/x', { bytes: 'old', ...was }));
    server.put('/x', { bytes: 'new', ...is });
    for (const range of [undefined, { start: 0, end: 2 }, { start: 1 }]) {
      const message = await expectError(read(handler, reference, { range }), 'reference_changed');
      for (const value of both) expect(message.replaceAll('\\"', '"')).toContain(value);
    }
  });

  test('a range beyond the end of what it has become', async () => {
    const reference = await refer(handler, server.put('/x', { bytes: someBytes, etag: 'none' }));
    server.put('/x', { bytes: 'short', etag: 'none' });
    await expectError(read(handler, reference, { range: { start: 1000 } }), 'reference_changed');
  });

  test('what is gone is not found', async () => {
    const reference = await refer(handler, server.put('/x', { bytes: 'old' }));
    server.remove('/x');
    await expectError(read(handler, reference), 'not_found');
  });
});

describe('takes for the same', () => {
  test('a weak ETag that is equal as a weak one', async () => {
    const reference = await refer(handler, server.put('/x', { bytes: 'same', etag: 'W/"a"' }));
    server.put('/x', { bytes: 'same', etag: '"a"' });
    expect(String(await read(handler, reference))).toBe('same');
  });

  test('another date under the same strong ETag', async () => {
    const reference = await refer(handler, server.put('/x', { bytes: 'same', lastModified: new Date(0) }));
    server.put('/x', { bytes: 'same', lastModified: new Date() });
    expect(String(await read(handler, reference))).toBe('same');
  });

  test('what a server that misreads If-Match refuses', async () => {
    const reference = await refer(handler, server.put('/x', { bytes: 'same' }));
    server.order('/x', { kind: 'status', status: 412 });
    expect(String(await read(handler, reference))).toBe('same');
  });
});

test('makes the right state a condition', async () => {
  const reference = await refer(handler, server.put('/x', { bytes: someBytes, etag: '"a"' }));
  await read(handler, reference);
  await read(handler, reference, { range: { start: 10, end: 20 } });
  const [, whole, part] = server.requests;
  expect(whole?.headers).toMatchObject({ 'if-match': '"a"', 'accept-encoding': 'identity' });
  expect(whole?.headers).not.toHaveProperty('range');
  expect(part?.headers).toMatchObject({ 'if-match': '"a"', 'if-range': '"a"', range: 'bytes=10-19' });
});

test('reads what was recorded without a look', async () => {
  const reference = await refer(handler, server.put('/x', { bytes: 'anything' }), false);
  expect(String(await read(handler, reference))).toBe('anything');
});

test('verifies content digests, whatever hashed them', async () => {
  const uri = server.put('/x', { bytes: 'abc' });
  for (const digest of [
    'md5:900150983cd24fb0d6963f7d28e17f72',
    'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    'blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85',
  ] as const) {
    const reference: ReferenceEntry = { kind: 'reference', path: 'x', uri, digest };
    expect(String(await read(handler, reference))).toBe('abc');
    const wrong = { ...reference, digest: digest.replace(/.$/, '0') as typeof digest };
    await expectError(read(handler, wrong), 'integrity_mismatch');
  }
});

test('refuses a digest that it has no means to check', async () => {
  const uri = server.put('/x', { bytes: 'abc' });
  const reference: ReferenceEntry = { kind: 'reference', path: 'x', uri, digest: 'crc32c:364b3fb7' };
  await expectError(read(handler, reference), 'unsupported_format');
});

test('asks nothing for an empty range', async () => {
  const reference = await refer(handler, server.put('/x', { bytes: 'abc' }), false);
  await read(handler, reference, { range: { start: 2, end: 2 } });
  expect(server.requests).toEqual([]);
});

test('ends the transfer when its reader breaks off', async () => {
  const reference = await refer(handler, server.put('/x', { bytes: someBytes }));
  server.order('/x', { kind: 'hang', bytes: 1000 });
  for await (const chunk of handler.open(reference)) {
    expectBytes(chunk, someBytes.subarray(0, chunk.length));
    break;
  }
});

test('opens no more connections than it may, and takes one signal for all', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on('warning', warn);
  onTestFinished(() => void process.off('warning', warn));
  const few = httpHandler({ connections: 2 });
  const reference = await refer(few, server.put('/x', { bytes: 'x' }));
  server.order('/x', { kind: 'hang' }, { times: 9 });
  const controller = new AbortController();
  const { signal } = controller;
  const reads = Array.from({ length: 9 }, () => read(few, reference, { signal }).catch(() => 'aborted'));
  while (server.unfinished < 2) await sleep(10);
  await sleep(100);
  expect(server.unfinished).toBe(2);
  controller.abort();
  expect(new Set(await Promise.all(reads))).toEqual(new Set(['aborted']));
  expect(warnings).toEqual([]);
});
