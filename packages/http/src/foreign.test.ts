import type { LookupAddress } from 'node:dns';
import type { HttpServer } from '@cairn/conformance/servers';
import type { ReferenceEntry, StorageHandler } from '@cairn/core';
import { spyOnConnect } from '@cairn/testing';
import { Agent } from 'undici';
import { beforeEach, describe, expect, test } from 'vitest';
import { expectError, quickWorld, read, startServer } from '../test/rig.js';
import { httpHandler } from './http-handler.js';
import type { HttpHandlerOptions } from './settings.js';

let connected: readonly string[];
let server: HttpServer;

beforeEach(async () => {
  server = await startServer();
  connected = spyOnConnect();
});

function entry(uri: string): ReferenceEntry {
  return { kind: 'reference', path: 'x', uri, digest: `uri:${uri}` };
}

/** A name service that gives each name its addresses; with several lists, the next one at each look-up. */
function names(table: Record<string, string[][]>) {
  const asked: string[] = [];
  return {
    asked,
    async lookup(hostname: string): Promise<LookupAddress[]> {
      asked.push(hostname);
      const answers = table[hostname] ?? [];
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return (answer ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
  };
}

function handlerWith(table: Record<string, string[][]>, options: HttpHandlerOptions = {}): StorageHandler {
  return httpHandler({ ...options, world: { ...quickWorld().world, ...names(table) } });
}

async function expectRefused(handler: StorageHandler, uri: string): Promise<void> {
  const hint = await expectError(read(handler, entry(uri), { foreign: true }), 'scheme_refused');
  expect(hint).toContain('allowPrivate');
  await expectError(handler.verify?.(entry(uri), { foreign: true }) ?? Promise.resolve(), 'scheme_refused');
}

describe("a reference of someone else's manifest is refused before any socket is opened", () => {
  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://100.100.100.200/latest/meta-data/',
    'http://168.63.129.16/machine?comp=goalstate',
    'http://127.0.0.1:9/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://017700000001/',
    'http://127.1/',
    'http://１２７.0.０.１/',
    'http://127。0。0。1/',
    'http://[::1]/',
    'http://[::]/',
    'http://0.0.0.0/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::10.0.0.5]/',
    'http://[2002:0a00:0005::1]/',
    'http://[fe80::1]/',
    'http://[fc00::1]/',
    'http://10.0.0.5/',
    'http://172.16.0.1/',
    'https://192.168.1.1/',
    'http://100.64.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
  ])('%s', async (uri) => {
    await expectRefused(handlerWith({}), uri);
    expect(connected).toEqual([]);
  });

  test('localhost, by the name service of this machine', async () => {
    for (const host of ['localhost', 'LOCALHOST']) {
      await expectRefused(httpHandler(), `${server.origin.replace('127.0.0.1', host)}/x`);
    }
    expect(connected).toEqual([]);
  });

  test('a name at a private address', async () => {
    await expectRefused(handlerWith({ 'internal.test': [['10.0.0.5']] }), 'http://internal.test/x');
    expect(connected).toEqual([]);
  });

  test('a name at a public address and a private one', async () => {
    const handler = handlerWith({ 'mixed.test': [['93.184.216.34', '10.0.0.5']] });
    await expectRefused(handler, 'http://mixed.test/x');
    expect(connected).toEqual([]);
  });

  test('also where a connection that this user opened is at hand', async () => {
    server.put('/x', { bytes: 'private' });
    const handler = handlerWith({ 'internal.test': [['127.0.0.1']] });
    const uri = `${server.origin.replace('127.0.0.1', 'internal.test')}/x`;
    expect(String(await read(handler, entry(uri)))).toBe('private');
    await expectRefused(handler, uri);
    expect(server.requests).toHaveLength(1);
  });

  test('also with a dispatcher of the user', async () => {
    const dispatcher = new Agent();
    const handler = handlerWith({ 'internal.test': [['127.0.0.1']] }, { dispatcher });
    await expectRefused(handler, `${server.origin.replace('127.0.0.1', 'internal.test')}/x`);
    await expectRefused(handler, `${server.origin}/x`);
    expect(connected).toEqual([]);
    await dispatcher.close();
  });
});

test('what is connected to is the address that was checked', async () => {
  const { asked, lookup } = names({ 'rebind.test': [['93.184.216.34'], ['127.0.0.1']] });
  const handler = httpHandler({ world: { ...quickWorld().world, lookup } });
  const reference = entry(`${server.origin.replace('127.0.0.1', 'rebind.test')}/x`);
  // The spy ends this one: it would go to the public address.
  await expectError(read(handler, reference, { foreign: true }), 'unavailable');
  expect(connected).toEqual(['93.184.216.34']);
  expect(asked).toEqual(['rebind.test']);
  await expectError(read(handler, reference, { foreign: true }), 'scheme_refused');
  expect(connected).toEqual(['93.184.216.34']);
});

describe('a redirect is checked at every hop', () => {
  const table = { 'allowed.test': [['127.0.0.1']], 'internal.test': [['127.0.0.1']] };
  const host = (name: string) => server.origin.replace('127.0.0.1', name);

  test.each(['literal', 'name'])('to a private address: %s', async (kind) => {
    server.put('/secret', { bytes: 'secret' });
    const to = kind === 'literal' ? `${server.origin}/secret` : `${host('internal.test')}/secret`;
    server.order('/x', { kind: 'redirect', to });
    const handler = handlerWith(table, { allowPrivate: ['allowed.test'] });
    await expectError(read(handler, entry(`${host('allowed.test')}/x`), { foreign: true }), 'scheme_refused');
    expect(server.requests.map(({ path }) => path)).toEqual(['/x']);
  });
});

describe('is allowed', () => {
  const table = { 'internal.test': [['127.0.0.1']] };

  test.each([
    ['everything', true, 'internal.test'],
    ['a name', ['internal.test'], 'internal.test'],
    ['a name, however it is spelled', ['Internal.TEST'], 'internal.test'],
    ['an address', ['127.0.0.1'], '127.0.0.1'],
    ['an address, however it is spelled', ['127.1'], '127.0.0.1'],
    ['a range', ['127.0.0.0/8'], '127.0.0.1'],
    ['a range that a name is in', ['10.0.0.0/8', '127.0.0.0/8'], 'internal.test'],
  ] as const)('by %s', async (_, allowPrivate, name) => {
    server.put('/x', { bytes: 'private' });
    const handler = handlerWith(table, { allowPrivate });
    const reference = entry(`${server.origin.replace('127.0.0.1', name)}/x`);
    expect(String(await read(handler, reference, { foreign: true }))).toBe('private');
  });

  test('only what is named', async () => {
    const handler = handlerWith(table, { allowPrivate: ['other.test', '10.0.0.0/8', '::1'] });
    await expectRefused(handler, `${server.origin}/x`);
    await expectRefused(handler, 'http://internal.test/x');
  });

  test('by nothing that is neither a host nor a range', () => {
    for (const entry of ['', 'a b', 'example.com/x', 'example.com:80', '10.0.0.0/99', 'user@host']) {
      expect(() => httpHandler({ allowPrivate: [entry] })).toThrow(TypeError);
    }
  });
});
