import type { StorageHandler } from '@cairn/core';
import { lazyConnection, type S3Options } from './client.js';
import { pageLister } from './list-objects.js';
import { observeObjects } from './observe-objects.js';
import { openReference, verifyReference } from './open-reference.js';

/**
 * References to objects and prefixes of S3 and of servers that speak its protocol: `s3://bucket/key`, with
 * `?versionId=…` for one version. The SDK is loaded when the first request is made.
 *
 * An object costs one request, a prefix one per 1,000 objects (with a history: per 1,000 versions), and a download one per
 * object. Recorded are ETag, size and, where the bucket is versioned, the version id, by which that very version is read
 * even after it was overwritten or deleted.
 *
 * @example
 * s3Handler({ clientConfig: { endpoint: 'https://objects.example.org', region: 'eu-1' } });
 */
export function s3Handler(options: S3Options = {}): StorageHandler {
  const connect = lazyConnection(options);
  const list = pageLister(connect);
  return {
    specVersion: 1,
    name: 's3',
    schemes: ['s3'],
    observe: (uri, observeOptions = {}) => observeObjects(uri, observeOptions, connect, list),
    open: (reference, openOptions = {}) => openReference(reference, openOptions, connect),
    verify: (reference, verifyOptions = {}) => verifyReference(reference, verifyOptions, connect),
  };
}
