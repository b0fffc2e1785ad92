import { join } from 'node:path';
import { writeManifest } from '@cairn/core';
import { openStore } from '@cairn/store';
import { makeEntries, policy } from '../entries.js';

// As when an artifact is logged: all entries are in memory, and the leaves go to a store on disk.
const [count, folder = ''] = process.argv.slice(2);
const store = await openStore(join(folder, `store-${process.pid}`));
const entries = [...makeEntries(Number(count))];
const start = performance.now();
await writeManifest(entries, store.blobs, policy);
console.log(JSON.stringify({ build: performance.now() - start }));
await store.close();
