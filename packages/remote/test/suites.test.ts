import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testBlobStore, testCatalog } from '@cairn/conformance';
import type { Store } from '@cairn/core';
import { openRemote } from '../src/index.js';
import { startLoopbackServer } from './loopback-server.js';
import { project } from './rig.js';

/** A server, and clients of it that share nothing else. */
async function fixture() {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-remote-'));
  const server = await startLoopbackServer({ basePath: '/under/this' });
  const stores: Store[] = [];
  const open = async () => {
    const cacheDir = join(folder, String(stores.length));
    const store = await openRemote({ url: server.url, cacheDir });
    stores.push(store);
    return store;
  };
  return {
    open,
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

testCatalog('over HTTP', async () => {
  const { open, dispose } = await fixture();
  return { catalog: (await open()).catalog, reopen: async () => (await open()).catalog, dispose };
});

testBlobStore('over HTTP', async () => {
  const { open, dispose } = await fixture();
  const blobs = async () => (await open()).blobsOf(project);
  return { blobs: await blobs(), capabilities: ['paths' as const], reopen: blobs, dispose };
});
