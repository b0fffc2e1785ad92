import { inspect } from 'node:util';
import type { HttpServer } from '@cairn/conformance/servers';
import type { ErrorCode, StorageHandler } from '@cairn/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { expectError, observe, quickWorld, someBytes, startServer } from '../test/rig.js';
import { httpHandler } from './http-handler.js';

const lastModified = new Date('2024-02-29T12:00:00Z');
let server: HttpServer;
let handler: StorageHandler;

beforeEach(async () => {
  server = await startServer();
  handler = httpHandler({ world: quickWorld().world });
});

test('one HEAD tells ETag, size and date', async () => {
  const uri = server.put('/a/model.bin', { bytes: someBytes, etag: '"v1"', lastModified });
  expect(await observe(handler, uri)).toEqual({
    kind: 'object',
    path: 'model.bin',
    uri,
    digest: 'etag:"v1"',
    size: someBytes.length,
    extra: { lastModified: 'Thu, 29 Feb 2024 12:00:00 GMT' },
  });
  expect(server.requests).toMatchObject([{ method: 'HEAD', headers: { 'accept-encoding': 'identity' } }]);
});

test.each(['W/"weak"', '"../../../x"', 'unquoted', '""'])('keeps an ETag verbatim: %s', async (etag) => {
  const uri = server.put('/x', { bytes: 'x', etag });
  expect((await observe(handler, uri)).digest).toBe(`etag:${etag}`);
});

test('is unverified without an ETag, and keeps what else there is', async () => {
  const uri = server.put('/x', { bytes: 'four', etag: 'none', lastModified });
  expect(await observe(handler, uri)).toMatchObject({
    digest: `uri:${uri}`,
    size: 4,
    extra: { lastModified: lastModified.toUTCString() },
  });
});

test('takes an empty ETag or date for none', async () => {
  const uri = server.put('/x', { bytes: 'x', etag: '', headers: { 'Last-Modified': '' } });
  const observation = await observe(handler, uri);
  expect(observation.digest).toBe(`uri:${uri}`);
  expect(observation).not.toHaveProperty('extra');
});

describe('where HEAD is refused', () => {
  test.each([403, 405, 501])('by %i, the first byte tells the same', async (headStatus) => {
    const uri = server.put('/x', { bytes: someBytes, etag: '"v1"', headStatus });
    expect(await observe(handler, uri)).toMatchObject({ digest: 'etag:"v1"', size: someBytes.length });
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  });

  test('and ranges are ignored, the body is not waited for', async () => {
    const uri = server.put('/x', { bytes: someBytes, etag: '"v1"', headStatus: 405, ranges: false });
    server.order('/x', { kind: 'hang', bytes: 1000 });
    expect(await observe(handler, uri)).toMatchObject({ digest: 'etag:"v1"', size: someBytes.length });
  });

  test('an empty resource is one, too', async () => {
    const uri = server.put('/x', { bytes: '', etag: '"v1"', headStatus: 405 });
    expect(await observe(handler, uri)).toMatchObject({ digest: 'etag:"v1"', size: 0 });
  });
});

test('asks for the size where HEAD tells none', async () => {
  const uri = server.put('/x', { bytes: someBytes, framing: 'chunked' });
  expect(await observe(handler, uri)).toMatchObject({ size: someBytes.length });
  const unsized = server.put('/y', { bytes: someBytes, framing: 'chunked', ranges: false });
  expect(await observe(handler, unsized)).not.toHaveProperty('size');
});

test('takes the length of compressed bytes for no size', async () => {
  const uri = server.put('/x', { bytes: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', encoding: 'gzip' });
  expect(await observe(handler, uri)).not.toHaveProperty('size');
  expect(server.requests).toHaveLength(1);
});

test('makes no request with checksum: false', async () => {
  const uri = `${server.origin}/nothing/there.csv`;
  expect(await observe(handler, uri, false)).toEqual({
    kind: 'object',
    path: 'there.csv',
    uri,
    digest: `uri:${uri}`,
  });
  expect(server.requests).toEqual([]);
});

test('drops the fragment and keeps the rest of the URI as it was given', async () => {
  server.put('/a%20b/c?x=1&y=%2F', { bytes: 'x' });
  const uri = `${server.origin}/a b/c?x=1&y=%2F`;
  expect((await observe(handler, `${uri}#L10`)).uri).toBe(uri);
});

describe('refusals', () => {
  test.each<[number, ErrorCode, number]>([
    [401, 'unauthenticated', 1],
    [403, 'forbidden', 2],
    [404, 'not_found', 1],
    [410, 'not_found', 1],
    [451, 'forbidden', 1],
    [400, 'unavailable', 1],
    [409, 'unavailable', 1],
    [422, 'unavailable', 1],
  ])('%i is %s, and not asked for again', async (status, code, requests) => {
    for (const method of ['HEAD', 'GET'] as const) {
      server.order('/x', { kind: 'status', status }, { method, times: 9 });
    }
    const message = await expectError(observe(handler, `${server.origin}/x`), code);
    expect(message).toContain(`${server.origin}/x`);
    expect(server.requests).toHaveLength(requests);
  });

  test('that will not pass say so', async () => {
    server.order('/x', { kind: 'status', status: 400 }, { method: 'HEAD' });
    await expect(observe(handler, `${server.origin}/x`)).rejects.toMatchObject({ isRetryable: false });
  });
});

describe('headers', () => {
  test('are sent to their origin', async () => {
    const uri = server.put('/x', { bytes: 'x' });
    const keyed = httpHandler({ headers: { [`${server.origin}/`]: { Authorization: 'Bearer canary-1' } } });
    await observe(keyed, uri);
    const asked: string[] = [];
    const asking = httpHandler({
      headers: async (origin) => {
        asked.push(origin);
        return { authorization: 'Bearer canary-2' };
      },
    });
    await observe(asking, uri);
    expect(asked).toEqual([server.origin]);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer canary-1',
      'Bearer canary-2',
    ]);
  });

  test('are neither recorded nor shown', async () => {
    const uri = server.put('/x', { bytes: 'x' });
    const keyed = httpHandler({
      headers: { [server.origin]: { authorization: 'Bearer canary' } },
      world: quickWorld().world,
    });
    expect(JSON.stringify(await observe(keyed, uri))).not.toContain('canary');
    server.order('/x', { kind: 'drop' }, { method: 'HEAD', times: 9 });
    const error = await observe(keyed, uri).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('canary');
  });

  test('are given per origin, not per URL', () => {
    expect(() => httpHandler({ headers: { 'https://example.com/data': {} } })).toThrow(TypeError);
    expect(() => httpHandler({ headers: { 'example.com': {} } })).toThrow(TypeError);
    expect(() => httpHandler({ headers: { 'ftp://example.com': {} } })).toThrow(TypeError);
  });
});
