import type { HttpServer } from '@cairn/conformance/servers';
import type { StorageHandler } from '@cairn/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { expectError, quickWorld, refer, startServer } from '../test/rig.js';
import { httpHandler } from './http-handler.js';

let server: HttpServer;
let handler: StorageHandler;

beforeEach(async () => {
  server = await startServer();
  handler = httpHandler({ world: quickWorld().world });
});

describe('by the ETag', () => {
  test.each(['strong', 'weak'] as const)('one conditional request shows a match: %s', async (etag) => {
    const reference = await refer(handler, server.put('/x', { bytes: 'old', etag, headStatus: 403 }));
    const before = server.requests.length;
    expect(await handler.verify?.(reference)).toBe('match');
    expect(server.requests).toHaveLength(before + 1);
    expect(server.requests.at(-1)?.headers['if-none-match']).toBe(reference.digest.slice('etag:'.length));
  });

  test('also of a server that knows no conditions', async () => {
    const reference = await refer(handler, server.put('/x', { bytes: 'old', etag: '"a"' }));
    server.order('/x', { kind: 'status', status: 200, headers: { ETag: '"a"' }, body: 'old' });
    expect(await handler.verify?.(reference)).toBe('match');
  });

  test('and of an empty resource', async () => {
    const reference = await refer(handler, server.put('/x', { bytes: '', etag: '"a"' }));
    server.order('/x', { kind: 'status', status: 416 });
    expect(await handler.verify?.(reference)).toBe('match');
  });

  test.each([
    [{ etag: '"a"' }, { etag: '"b"' }],
    [{ etag: 'W/"a"' }, { etag: 'W/"b"' }],
    [{ etag: '"a"' }, { etag: 'none' }],
  ] as const)('shows a change: %j, %j', async (was, is) => {
    const reference = await refer(handler, server.put('/x', { bytes: 'old', ...was }));
    server.put('/x', { bytes: 'new', ...is });
    expect(await handler.verify?.(reference)).toBe('changed');
  });
});

describe('without an ETag', () => {
  test('equal sizes and dates prove nothing', async () => {
    const reference = await refer(
      handler,
      server.put('/x', { bytes: 'old', etag: 'none', lastModified: new Date(0) }),
    );
    expect(await handler.verify?.(reference)).toBe('unverifiable');
  });

  test('other ones show a change', async () => {
    const reference = await refer(
      handler,
      server.put('/x', { bytes: 'old', etag: 'none', lastModified: new Date(0) }),
    );
    server.put('/x', { bytes: 'old', etag: 'none', lastModified: new Date(9000) });
    expect(await handler.verify?.(reference)).toBe('changed');
    server.put('/x', { bytes: 'longer', etag: 'none', lastModified: new Date(0) });
    expect(await handler.verify?.(reference)).toBe('changed');
  });

  test('a reference that was never looked at is unverifiable', async () => {
    const reference = await refer(handler, server.put('/x', { bytes: 'old' }), false);
    expect(await handler.verify?.(reference)).toBe('unverifiable');
  });
});

test('what is gone is missing, what is forbidden is not', async () => {
  for (const etag of ['strong', 'none'] as const) {
    const reference = await refer(handler, server.put('/x', { bytes: 'old', etag }));
    for (const method of ['GET', 'HEAD'] as const)
      server.order('/x', { kind: 'status', status: 403 }, { method });
    await expectError(handler.verify?.(reference) ?? Promise.resolve(), 'forbidden');
    server.remove('/x');
    expect(await handler.verify?.(reference)).toBe('missing');
  }
});
