import type { StorageHandler } from '@cairn/core';
import { type GsOptions, lazyConnection } from './client.js';
import { pageLister } from './list-objects.js';
import { observeObjects } from './observe-objects.js';
import { openReference, verifyReference } from './open-reference.js';

/**
 * References to objects and prefixes of Google Cloud Storage and of servers that speak its JSON API: `gs://bucket/object`,
 * with `#…` for one generation. The library is loaded when the first request is made.
 *
 * An object costs one request, a prefix one per 1,000 objects, and a download one per object. Recorded are MD5 or CRC32C,
 * size, ETag and the generation, by which that very object is read even after it was overwritten or deleted, where the
 * bucket keeps it.
 *
 * @example
 * gsHandler({ clientConfig: { projectId: 'my-project' } });
 */
export function gsHandler(options: GsOptions = {}): StorageHandler {
  const connect = lazyConnection(options);
  const list = pageLister(connect);
  return {
    specVersion: 1,
    name: 'gs',
    schemes: ['gs'],
    observe: (uri, observeOptions = {}) => observeObjects(uri, observeOptions, connect, list),
    open: (reference, openOptions = {}) => openReference(reference, openOptions, connect),
    verify: (reference, verifyOptions = {}) => verifyReference(reference, verifyOptions, connect),
  };
}
