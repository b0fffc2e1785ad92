export { type MemoryBlobStoreOptions, memoryBlobStore } from './blob-store.js';
export { type MemoryCatalogOptions, memoryCatalog } from './catalog.js';
export { type MemoryHandler, type MemoryHandlerOptions, memoryHandler } from './handler.js';
export { memoryObjectStore } from './object-store.js';
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './store.js';
