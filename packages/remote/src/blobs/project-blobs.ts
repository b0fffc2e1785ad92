import { type BlobStore, type CallOptions, type Hasher, isContentDigest } from '@cairn/core';
import { type Putter, rawDigest } from '@cairn/store/engine';
import type { ProjectCache } from '../cache/project-cache.js';
import type { BucketLine } from '../direct/bucket-line.js';
import { type BasisAnswer, checkEntryCount } from '../protocol/index.js';
import { copyBlobs } from './copy-blobs.js';
import type { ProjectWire } from './project-wire.js';
import { putBlobs } from './put-blobs.js';
import { readBlob } from './read-blob.js';
import { shipment } from './shipment.js';

export interface BlobsContext {
  readonly wire: ProjectWire;
  readonly hasher: Hasher;
  readonly line: BucketLine;
  readonly cache: ProjectCache;
  /** Made when something is put for the first time. */
  readonly putter: () => Promise<Putter>;
}

/** A put that begins so soon after somebody asked for the basis begins with that one, in milliseconds. */
const freshMs = 10_000;

/** The blobs of one project of a server. */
export function projectBlobs({ wire, hasher, line, cache, putter }: BlobsContext): BlobStore {
  const { algorithm } = wire;
  const { now } = wire.connection.settings.world;
  let last: (BasisAnswer & { readonly at: number }) | undefined;

  async function askBasis(options: CallOptions): Promise<string> {
    const at = now();
    last = { ...(await wire.basis(options)), at };
    return last.basis;
  }

  /** As if the put had begun a little earlier. A commit that relies on it is refused when garbage was collected since. */
  async function recentBasis(options: CallOptions): Promise<string> {
    return last !== undefined && now() - last.at < freshMs ? last.basis : askBasis(options);
  }

  return {
    algorithm,
    isRemote: true,
    basis: (options = {}) => askBasis(options),
    checkCount(entries) {
      if (last?.maxEntries !== undefined) checkEntryCount(entries, last.maxEntries);
    },

    async *put(sources, options = {}) {
      const basis = await recentBasis(options);
      const home = shipment({ wire, line, hasher, basis, sent: await cache.sent() });
      yield* putBlobs(await putter(), home, sources, options);
    },

    async has(digests, options = {}) {
      options.signal?.throwIfAborted();
      const possible = digests.filter(
        (digest) => isContentDigest(digest) && digest.startsWith(`${algorithm}:`),
      );
      const missing = await wire.missing(possible.map(rawDigest), options);
      return new Set(possible.filter((_, i) => missing[i] === 0));
    },

    open: (digest, options) => readBlob({ wire, hasher, line, cache: cache.blobs }, digest, options),

    async *copyTo(files, options = {}) {
      yield* copyBlobs({ wire, hasher, line, fetched: await cache.fetched() }, files, options);
    },
  };
}
