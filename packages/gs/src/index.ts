export type { GsOptions } from './client.js';
export { gsHandler } from './gs-handler.js';
export { type GsObjectStoreOptions, gsObjectStore } from './gs-object-store.js';
export { formatGsUri, type GsAddress, parseGsUri } from './gs-uri.js';
