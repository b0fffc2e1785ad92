import { join } from 'node:path';
import { type BlobStore, writeManifest } from '@cairn/core';
import { makeEntries, policy } from '../entries.js';

// As when an artifact is logged, all entries are in memory.
const [count, mode, folder = ''] = process.argv.slice(2);
const entries = [...makeEntries(Number(count))];
const blobs = mode === 'stored' ? await onDisk() : nowhere();
const start = performance.now();
await writeManifest(entries, blobs, policy);
console.log(JSON.stringify({ build: performance.now() - start }));

async function onDisk(): Promise<BlobStore> {
  const { openStore } = await import('@cairn/store');
  return (await openStore(join(folder, `store-${process.pid}`))).blobs;
}

/** Keeps nothing, so that only the building is measured. */
function nowhere(): BlobStore {
  // biome-ignore lint/correctness/useYield: nothing is stored, so nothing is answered
  const drop = async function* (items: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<never> {
    for await (const _ of items);
  };
  return {
    algorithm: 'blake3',
    basis: async () => '',
    put: drop,
    copyTo: drop,
    open: () => drop([]),
    has: async () => new Set(),
  };
}
