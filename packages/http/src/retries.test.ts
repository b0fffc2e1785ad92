import type { HttpServer } from '@cairn/conformance/servers';
import type { ErrorCode } from '@cairn/core';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  expectBytes,
  expectError,
  observe,
  quickWorld,
  read,
  refer,
  someBytes,
  startServer,
} from '../test/rig.js';
import { httpHandler } from './http-handler.js';

let server: HttpServer;

beforeEach(async () => {
  server = await startServer();
});

/** A handler, and the pauses that it makes. */
function patient(retries?: { attempts?: number; budgetMs?: number }) {
  const { world, sleeps } = quickWorld();
  return { handler: httpHandler({ world, retries }), sleeps };
}

describe('what may pass is asked for again', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('%i, then a success', async (status) => {
    const { handler, sleeps } = patient();
    const reference = await refer(handler, server.put('/x', { bytes: someBytes }));
    server.order('/x', { kind: 'status', status }, { times: 2 });
    expectBytes(await read(handler, reference), someBytes);
    expect(server.requests.filter(({ method }) => method === 'GET')).toHaveLength(3);
    // Full jitter: half of 500, then half of 1,000.
    expect(sleeps).toEqual([250, 500]);
  });

  test.each<[number, ErrorCode]>([
    [503, 'unavailable'],
    [408, 'unavailable'],
    [429, 'rate_limited'],
  ])('%i for good is %s after 5 attempts', async (status, code) => {
    const { handler } = patient();
    server.order('/x', { kind: 'status', status }, { method: 'HEAD', times: 99 });
    await expectError(observe(handler, `${server.origin}/x`), code);
    expect(server.requests).toHaveLength(5);
  });

  test('as often as the options say', async () => {
    const { handler } = patient({ attempts: 2 });
    server.order('/x', { kind: 'drop' }, { method: 'HEAD', times: 99 });
    await expectError(observe(handler, `${server.origin}/x`), 'unavailable');
    expect(server.requests).toHaveLength(2);
  });

  test('a host that refuses the connection', async () => {
    const { handler, sleeps } = patient();
    await server.close();
    await expectError(observe(handler, `${server.origin}/x`), 'unavailable');
    expect(sleeps).toHaveLength(4);
  });

  test('but not a name that no host has', async () => {
    const { world, sleeps } = quickWorld();
    const notFound = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    const handler = httpHandler({ world: { ...world, lookup: () => Promise.reject(notFound) } });
    await expectError(observe(handler, 'http://nowhere.test/x'), 'unavailable');
    expect(sleeps).toEqual([]);
  });
});

describe('Retry-After', () => {
  test('in seconds is waited for, plus jitter', async () => {
    const { handler, sleeps } = patient();
    const uri = server.put('/x', { bytes: 'x' });
    server.order('/x', { kind: 'status', status: 503, headers: { 'Retry-After': '7' } }, { method: 'HEAD' });
    await observe(handler, uri);
    expect(sleeps).toEqual([7250]);
  });

  test('as a date is taken by the clock of the server', async () => {
    const { handler, sleeps } = patient();
    const uri = server.put('/x', { bytes: 'x' });
    const headers = { Date: 'Sat, 01 Jan 2000 00:00:00 GMT', 'Retry-After': 'Sat, 01 Jan 2000 00:00:09 GMT' };
    server.order('/x', { kind: 'status', status: 429, headers }, { method: 'HEAD' });
    await observe(handler, uri);
    expect(sleeps).toEqual([9250]);
  });

  test.each(['soon', '-5', 'Sat, 01 Jan 2000 00:00:00 GMT'])(
    'that asks for nothing adds nothing: %s',
    async (text) => {
      const { handler, sleeps } = patient();
      const uri = server.put('/x', { bytes: 'x' });
      server.order(
        '/x',
        { kind: 'status', status: 503, headers: { 'Retry-After': text } },
        { method: 'HEAD' },
      );
      await observe(handler, uri);
      expect(sleeps).toEqual([250]);
    },
  );

  test('beyond the budget is an error at once, which says how long', async () => {
    const { handler, sleeps } = patient();
    server.order(
      '/x',
      { kind: 'status', status: 429, headers: { 'Retry-After': '3600' } },
      { method: 'HEAD' },
    );
    const message = await expectError(observe(handler, `${server.origin}/x`), 'rate_limited');
    expect(message).toContain('3600 s');
    expect(sleeps).toEqual([]);
  });

  test('counts against the budget', async () => {
    const { handler, sleeps } = patient({ attempts: 99, budgetMs: 30_000 });
    server.order(
      '/x',
      { kind: 'status', status: 503, headers: { 'Retry-After': '9' } },
      { method: 'HEAD', times: 99 },
    );
    await expectError(observe(handler, `${server.origin}/x`), 'unavailable');
    expect(sleeps).toHaveLength(3);
  });
});

test('bytes that come renew the patience, up to the end of a long transfer', async () => {
  const { handler } = patient({ attempts: 2 });
  const reference = await refer(handler, server.put('/x', { bytes: someBytes }));
  for (let cut = 0; cut < 4; cut++) server.order('/x', { kind: 'short', bytes: 70_000 });
  expectBytes(await read(handler, reference), someBytes);
});

test('a trickle of bytes does not', async () => {
  const { handler } = patient();
  const reference = await refer(handler, server.put('/x', { bytes: someBytes }));
  server.order('/x', { kind: 'short', bytes: 20_000 }, { times: 99 });
  await expectError(read(handler, reference), 'unavailable');
  expect(server.requests.filter(({ method }) => method === 'GET')).toHaveLength(5);
});
