import { createHash } from 'node:crypto';
import type { HttpFault, HttpResource, HttpServer } from '@cairn/conformance/servers';
import type { ReferenceEntry, StorageHandler } from '@cairn/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { expectBytes, expectError, quickWorld, read, refer, someBytes, startServer } from '../test/rig.js';
import { httpHandler } from './http-handler.js';

let server: HttpServer;
let handler: StorageHandler;

beforeEach(async () => {
  server = await startServer();
  handler = httpHandler({ world: quickWorld().world });
});

async function recorded(resource: Partial<HttpResource> = {}): Promise<ReferenceEntry> {
  return refer(handler, server.put('/data.bin', { bytes: someBytes, ...resource }));
}

function always(fault: HttpFault): void {
  server.order('/data.bin', fault, { times: Number.POSITIVE_INFINITY });
}

describe('a transfer that is always broken is an error, never a normal end', () => {
  const kinds: [string, Partial<HttpResource>, HttpFault, 'unavailable' | 'integrity_mismatch'][] = [
    ['short against Content-Length', {}, { kind: 'short', bytes: 1000 }, 'unavailable'],
    ['long against Content-Length', {}, { kind: 'long', bytes: 500 }, 'integrity_mismatch'],
    ['long, and closed', {}, { kind: 'long', bytes: 500, close: true }, 'integrity_mismatch'],
    ['cut in a chunk', { framing: 'chunked' }, { kind: 'cut-chunk', bytes: 1000 }, 'unavailable'],
    [
      'without the last chunk',
      { framing: 'chunked', etag: 'weak' },
      { kind: 'no-last-chunk' },
      'unavailable',
    ],
    ['cut and delimited by the close alone', {}, { kind: 'cut-close', bytes: 1000 }, 'unavailable'],
    ['cut gzip', { encoding: 'gzip' }, { kind: 'cut-close', bytes: 1000 }, 'unavailable'],
    ['reset', {}, { kind: 'reset', bytes: 1000 }, 'unavailable'],
    ['dropped without an answer', {}, { kind: 'drop' }, 'unavailable'],
    ['a later range than asked for', {}, { kind: 'wrong-range', shift: 7 }, 'integrity_mismatch'],
    ['an earlier range than asked for', {}, { kind: 'wrong-range', shift: -7 }, 'integrity_mismatch'],
    ['a part nobody asked for', {}, { kind: 'wrong-range', shift: 0 }, 'unavailable'],
  ];

  for (const etag of ['strong', 'weak', 'none'] as const) {
    test.each(kinds)(`%s (ETag: ${etag})`, async (_, resource, fault, code) => {
      const reference = await recorded({ etag, ...resource });
      always(fault);
      const range = fault.kind === 'wrong-range' && fault.shift !== 0 ? { start: 10, end: 5000 } : undefined;
      await expectError(read(handler, reference, { range }), code);
    });
  }

  test('an error page under status 200', async () => {
    const reference = await recorded();
    always({ kind: 'status', status: 200, body: 'Sorry, we are down for maintenance' });
    await expectError(read(handler, reference), 'reference_changed');
  });

  test('an error page, where only the size is known', async () => {
    const reference = await recorded({ etag: 'none' });
    always({ kind: 'status', status: 200, body: 'Sorry, we are down for maintenance' });
    await expectError(read(handler, reference), 'reference_changed');
  });

  test('wrong bytes of the same size, where a content digest is recorded', async () => {
    const { digest: _, ...reference } = await recorded();
    const sha256 = createHash('sha256').update(someBytes).digest('hex');
    expectBytes(await read(handler, { ...reference, digest: `sha256:${sha256}` }), someBytes);
    always({ kind: 'swap' });
    await expectError(read(handler, { ...reference, digest: `sha256:${sha256}` }), 'integrity_mismatch');
  });
});

describe('a transfer that breaks once', () => {
  const cuts: HttpFault[] = [
    { kind: 'short', bytes: 1000 },
    { kind: 'short', bytes: 0 },
    { kind: 'cut-chunk', bytes: 70_000 },
    { kind: 'no-last-chunk' },
    { kind: 'cut-close', bytes: 299_999 },
    { kind: 'reset', bytes: 150_000 },
    { kind: 'drop' },
  ];

  test.each(cuts)('goes on from the true offset: $kind', async (fault) => {
    const reference = await recorded();
    server.order('/data.bin', fault);
    expectBytes(await read(handler, reference), someBytes);
    const last = server.requests.at(-1)?.headers;
    if (last?.range !== undefined) expect(last['if-range']).toBe(reference.digest.slice('etag:'.length));
  });

  test.each(cuts)('goes on inside a range: $kind', async (fault) => {
    const reference = await recorded();
    server.order('/data.bin', fault);
    const range = { start: 5, end: 299_990 };
    expectBytes(await read(handler, reference, { range }), someBytes.subarray(5, 299_990));
  });

  test('asks for the rest only', async () => {
    const reference = await recorded();
    server.order('/data.bin', { kind: 'short', bytes: 70_000 });
    await read(handler, reference);
    const ranges = server.requests
      .filter(({ method }) => method === 'GET')
      .map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, 'bytes=70000-']);
  });

  test('goes on where the server ignores ranges, from a second whole answer', async () => {
    const reference = await recorded({ ranges: false });
    server.order('/data.bin', { kind: 'short', bytes: 70_000 });
    expectBytes(await read(handler, reference), someBytes);
  });

  test('goes on after a cut gzip', async () => {
    const text = Buffer.from(someBytes.toString('hex'));
    const reference = await recorded({ bytes: text, encoding: 'gzip' });
    server.order('/data.bin', { kind: 'cut-close', bytes: 200_000 });
    expectBytes(await read(handler, reference), text);
  });

  test.each(['weak', 'none'] as const)('never joins two answers without a strong ETag: %s', async (etag) => {
    const reference = await recorded({ etag });
    server.order('/data.bin', { kind: 'short', bytes: 1000 });
    await expectError(read(handler, reference), 'unavailable');
  });

  test('starts again without a strong ETag if nothing has come yet', async () => {
    const reference = await recorded({ etag: 'none' });
    server.order('/data.bin', { kind: 'short', bytes: 0 });
    expectBytes(await read(handler, reference), someBytes);
  });

  test('never joins two states of a resource', async () => {
    const reference = await recorded();
    server.order(
      '/data.bin',
      { kind: 'short', bytes: 1000 },
      {
        after: () => server.put('/data.bin', { bytes: someBytes.map((byte) => byte ^ 1) }),
      },
    );
    await expectError(read(handler, reference), 'reference_changed');
  });

  test('never joins two states of a resource of which nothing is recorded', async () => {
    const reference = await refer(handler, server.put('/data.bin', { bytes: someBytes }), false);
    server.order(
      '/data.bin',
      { kind: 'short', bytes: 1000 },
      {
        after: () => server.put('/data.bin', { bytes: someBytes.map((byte) => byte ^ 1) }),
      },
    );
    await expectError(read(handler, reference), 'reference_changed');
  });
});

describe('a body that is longer than the resource', () => {
  test.each(['chunked', 'close'] as const)('is noticed without a length: %s', async (framing) => {
    const reference = await recorded({ etag: '"fixed"' });
    server.put('/data.bin', {
      bytes: Buffer.concat([someBytes, Buffer.from('x')]),
      etag: '"fixed"',
      framing,
    });
    await expectError(read(handler, reference), 'integrity_mismatch');
  });
});
