import { testStorageHandler } from '@cairn/conformance';
import { startHttpServer } from '@cairn/conformance/servers';
import { createHandlerRegistry, defaultStoragePolicy, type ReferenceEntry } from '@cairn/core';
import { memoryBlobStore } from '@cairn/core/memory';
import { expect, test } from 'vitest';
import { expectError, quickWorld, startServer } from '../test/rig.js';
import { httpHandler } from './http-handler.js';

testStorageHandler('http', async () => {
  const server = await startHttpServer();
  let isOpen = true;
  const close = async () => {
    if (isOpen) await server.close();
    isOpen = false;
  };
  const pathOf = (uri: string) => uri.slice(server.origin.length);
  const always = { times: Number.POSITIVE_INFINITY };
  return {
    handler: httpHandler({ world: quickWorld().world }),
    capabilities: ['private', 'verify'],
    put: (path, bytes) => server.put(`/${path.split('/').map(encodeURIComponent).join('/')}`, { bytes }),
    change: (uri, bytes) => void server.put(pathOf(uri), { bytes }),
    remove: (uri) => server.remove(pathOf(uri)),
    forbid(uri) {
      for (const method of ['GET', 'HEAD'] as const) {
        server.order(pathOf(uri), { kind: 'status', status: 403 }, { ...always, method });
      }
    },
    cutBody: (uri) => server.order(pathOf(uri), { kind: 'short', bytes: 1000 }, always),
    disconnect: close,
    openConnections: () => server.unfinished,
    dispose: close,
  };
});

test('a URL that tells no name asks for one', async () => {
  const server = await startServer();
  server.put('/', { bytes: 'home' });
  server.put('/..%2f..%2fx', { bytes: 'odd' });
  const handlers = createHandlerRegistry([httpHandler()]);
  const policy = defaultStoragePolicy.create({ blobs: memoryBlobStore(), handlers, config: {} });
  const store = async (uri: string, name?: string): Promise<ReferenceEntry | undefined> => {
    for await (const entry of policy.storeReference(uri, { name })) return entry;
    return undefined;
  };
  for (const path of ['/', '', '/..%2f..%2fx']) {
    expect(await expectError(store(server.origin + path), 'path_invalid')).toContain('{ name }');
    expect(await store(server.origin + path, 'index.html')).toMatchObject({ path: 'index.html' });
  }
});
