import { readFileSync } from 'node:fs';
import type { HttpServer } from '@cairn/conformance/servers';
import type { StorageHandler } from '@cairn/core';
import { Agent } from 'undici';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
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

const pem = (name: string) => readFileSync(new URL(`../test/loopback-${name}.pem`, import.meta.url), 'utf8');
const tls = { key: pem('key'), cert: pem('cert') };
const always = { times: Number.POSITIVE_INFINITY };

let server: HttpServer;
let handler: StorageHandler;

beforeEach(async () => {
  server = await startServer();
  handler = httpHandler({ world: quickWorld().world });
});

function redirect(on: HttpServer, path: string, to: string, status?: number): string {
  for (const method of ['GET', 'HEAD'] as const) {
    on.order(path, { kind: 'redirect', to, status }, { ...always, method });
  }
  return on.origin + path;
}

/** A handler that trusts the certificate of the tests. */
function trusting(): StorageHandler {
  const dispatcher = new Agent({ connect: { ca: tls.cert } });
  onTestFinished(() => dispatcher.destroy());
  return httpHandler({ dispatcher, world: quickWorld().world });
}

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])(
    'of status %i is followed, and its target is not recorded',
    async (status) => {
      server.put('/there?X-Amz-Signature=canary', { bytes: someBytes });
      const uri = redirect(server, '/here/data.csv', '/there?X-Amz-Signature=canary', status);
      const reference = await refer(handler, uri);
      expect(reference).toMatchObject({ uri, path: 'data.csv', size: someBytes.length });
      expect(JSON.stringify(reference)).not.toContain('canary');
      expectBytes(await read(handler, reference, { range: { start: 5 } }), someBytes.subarray(5));
    },
  );

  test('is followed ten times, and no more', async () => {
    server.put('/0', { bytes: 'x' });
    for (let hop = 1; hop <= 11; hop++) redirect(server, `/${hop}`, `${hop - 1}`);
    expect((await observe(handler, `${server.origin}/10`)).size).toBe(1);
    const error = observe(handler, `${server.origin}/11`);
    await expect(error).rejects.toMatchObject({ code: 'unavailable', isRetryable: false });
  });

  test('in a circle ends', async () => {
    await expectError(observe(handler, redirect(server, '/x', '/x')), 'unavailable');
    expect(server.requests).toHaveLength(11);
  });

  test('starts anew at each attempt, so that a target that expires is asked for again', async () => {
    server.put('/first', { bytes: someBytes });
    server.put('/second', { bytes: someBytes });
    const reference = await refer(handler, redirect(server, '/plain', '/first'));
    server.order('/first', { kind: 'short', bytes: 1000 });
    expectBytes(await read(handler, reference), someBytes);
    expect(server.requests.filter(({ path }) => path === '/plain')).toHaveLength(3);
  });

  test.each(['file:///etc/passwd', 'ftp://127.0.0.1/x', 'data:,x', 'javascript:alert(1)'])(
    'out of http is refused: %s',
    async (to) => {
      await expectError(observe(handler, redirect(server, '/x', to)), 'scheme_refused');
    },
  );

  test('from https to http is refused', async () => {
    const secure = await startServer({ tls });
    const target = server.put('/x', { bytes: 'x' });
    await expectError(observe(trusting(), redirect(secure, '/x', target)), 'scheme_refused');
    expect(server.requests).toEqual([]);
  });

  test('from http to https is followed', async () => {
    const secure = await startServer({ tls });
    const target = secure.put('/x', { bytes: 'secure' });
    const uri = redirect(server, '/x', target);
    const trusted = trusting();
    expect(String(await read(trusted, await refer(trusted, uri)))).toBe('secure');
  });

  test('without a target that can be read is an error', async () => {
    await expectError(observe(handler, redirect(server, '/x', 'http://[')), 'unavailable');
    server.order('/y', { kind: 'status', status: 302 }, { method: 'HEAD' });
    await expectError(observe(handler, `${server.origin}/y`), 'unavailable');
  });

  test('shows no target of it in an error', async () => {
    const uri = redirect(server, '/x', '/there?token=canary');
    expect(await expectError(observe(handler, uri), 'not_found')).not.toContain('canary');
  });
});

describe('credentials', () => {
  test('stay with their origin', async () => {
    const other = await startServer();
    other.put('/x', { bytes: 'x' });
    const keyed = httpHandler({
      headers: { [server.origin]: { authorization: 'Bearer canary', cookie: 'c=canary' } },
    });
    await observe(keyed, redirect(server, '/x', `${other.origin}/x`));
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer canary', cookie: 'c=canary' });
    expect(JSON.stringify(other.requests)).not.toContain('canary');
  });

  test('of the other origin are sent to it', async () => {
    const other = await startServer();
    other.put('/x', { bytes: 'x' });
    const keyed = httpHandler({ headers: { [other.origin]: { authorization: 'Bearer other' } } });
    await observe(keyed, redirect(server, '/x', `${other.origin}/x`));
    expect(other.requests[0]?.headers.authorization).toBe('Bearer other');
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('in the target of a redirect are not used', async () => {
    server.put('/y', { bytes: 'x' });
    await observe(handler, redirect(server, '/x', `${server.origin.replace('//', '//user:canary@')}/y`));
    expect(server.requests.at(-1)).toMatchObject({ path: '/y' });
    expect(server.requests.at(-1)?.headers).not.toHaveProperty('authorization');
  });
});

describe('a certificate', () => {
  test('that is not trusted is an error at once', async () => {
    const secure = await startServer({ tls });
    await expectError(observe(handler, secure.put('/x', { bytes: 'x' })), 'unavailable');
    expect(secure.requests).toEqual([]);
  });

  test('of another host is an error at once', async () => {
    const secure = await startServer({ tls });
    secure.put('/x', { bytes: 'x' });
    const uri = `${secure.origin.replace('127.0.0.1', 'localhost')}/x`;
    await expect(observe(trusting(), uri)).rejects.toMatchObject({ code: 'unavailable', isRetryable: false });
    expect(secure.requests).toEqual([]);
  });
});
