import { join } from 'node:path';
import { createHandlerRegistry, defaultStoragePolicy, writeManifest } from '@cairn/core';
import { s3Handler } from '@cairn/s3';
import { openStore } from '@cairn/store';
import { policy } from '../entries.js';
import { forkS3Server } from '../s3-server.js';

// From the listing into the leaves on disk, without all objects in memory at any time.
const [count = '0', folder = ''] = process.argv.slice(2);
const server = await forkS3Server({ count: Number(count), versioned: true });
const store = await openStore(join(folder, `store-${process.pid}`));
const handlers = createHandlerRegistry([s3Handler({ clientConfig: server.place })]);
const storage = defaultStoragePolicy.create({ blobs: store.blobs, handlers, config: {} });
const start = performance.now();
const entries = storage.storeReference(server.uri, { maxObjects: Number(count) });
const { entryCount } = await writeManifest(entries, store.blobs, policy);
console.log(JSON.stringify({ entryCount, elapsed: performance.now() - start }));
await store.close();
server.stop();
