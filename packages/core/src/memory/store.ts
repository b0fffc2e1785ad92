import type { Store } from '../seams/store.js';
import { type MemoryBlobStoreOptions, memoryBlobStore } from './blob-store.js';
import { type MemoryCatalogOptions, memoryCatalog } from './catalog.js';

export type MemoryStoreOptions = MemoryBlobStoreOptions & MemoryCatalogOptions;

/** A store that lasts as long as the process: for tests, and wherever there is no disk. */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  return {
    location: 'memory:',
    blobs: memoryBlobStore(options),
    catalog: memoryCatalog(options),
    async close() {},
  };
}
