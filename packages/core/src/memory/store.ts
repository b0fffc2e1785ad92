import type { BlobStore } from '../seams/blob-store.js';
import type { Store } from '../seams/store.js';
import { type MemoryBlobStoreOptions, memoryBlobStore } from './blob-store.js';
import { type MemoryCatalogOptions, memoryCatalog } from './catalog.js';

export type MemoryStoreOptions = MemoryBlobStoreOptions & MemoryCatalogOptions;

/** A store in memory. Its projects share their blobs. */
export interface MemoryStore extends Store {
  readonly blobs: BlobStore;
}

/** A store that lasts as long as the process: for tests, and wherever there is no disk. */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const blobs = memoryBlobStore(options);
  return {
    location: 'memory:',
    blobs,
    blobsOf: () => blobs,
    catalog: memoryCatalog(options),
    async close() {},
  };
}
