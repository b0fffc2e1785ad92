import {
  type AnyIterable,
  type ByteRange,
  batched,
  batchesOf,
  type CallOptions,
  type ContentDigest,
  type CopyRequest,
  type ProjectRef,
  type PutResult,
  type Source,
  type TransferOptions,
  untilAborted,
} from '@cairn/core';
import { missing } from '../blobs/read-blob.js';
import { DigestSet } from '../packs/digest-set.js';
import { rawDigest } from '../packs/pack-format.js';
import type { ProjectBlobs } from './access.js';
import { checkManifest } from './check-manifest.js';
import { link } from './links.js';
import { type LinksContext, withParts } from './links-context.js';
import { linked, linkedDigests } from './project-links.js';

/** How many requests that are there already are looked up together. */
const requestsAtOnce = 1024;

/** The blobs of one project. What isn't linked is refused as what doesn't exist, by the same words. */
export function projectBlobs(context: LinksContext, project: ProjectRef): ProjectBlobs {
  const { blobs } = context;
  return {
    algorithm: blobs.algorithm,
    basis: (options) => blobs.basis(options),
    put: (sources, options = {}) => batched(() => putLinked(context, project, sources, options)),

    async has(digests, options) {
      options?.signal?.throwIfAborted();
      const found = await linkedDigests(context, project, digests, options);
      return new Set(digests.filter((_, i) => found[i]));
    },

    open: (digest, options = {}) => openLinked(context, project, digest, options),
    copyTo: (files, options = {}) => blobs.copyTo(onlyLinked(context, project, files, options), options),
    checkManifest: (manifest, options) => checkManifest(context, project, manifest, options),
  };
}

/** Stores as the store does, then links what came of it: its bytes were hashed here. */
async function* putLinked(
  context: LinksContext,
  project: ProjectRef,
  sources: AnyIterable<Source>,
  options: TransferOptions,
): AsyncGenerator<readonly PutResult[], void, undefined> {
  const { blobs, database, smallBytes } = context;
  const seen = new DigestSet(32);
  const fresh: Uint8Array[] = [];
  const large: PutResult[] = [];
  for await (const batch of batchesOf(blobs.put(sources, options))) {
    const digests = batch.map(({ digest }) => rawDigest(digest));
    const known = await linked(context, project, digests, options);
    yield batch.map((result, i) => {
      const digest = digests[i] as Uint8Array;
      // That another project has it is nobody's business.
      const created = known[i] === 0 && !seen.has(digest);
      if (created) {
        seen.add(digest);
        fresh.push(digest);
        if (result.size > smallBytes) large.push(result);
      }
      return { ...result, created };
    });
  }
  for (const result of large) fresh.push(...(await withParts(context, result, options)));
  await link(database, project, fresh, options);
}

async function* openLinked(
  context: LinksContext,
  project: ProjectRef,
  digest: ContentDigest,
  options: CallOptions & { readonly range?: ByteRange | undefined },
): AsyncGenerator<Uint8Array, void, undefined> {
  options.signal?.throwIfAborted();
  const [isLinked] = await linkedDigests(context, project, [digest], options);
  options.signal?.throwIfAborted();
  if (!isLinked) throw missing(digest);
  yield* context.blobs.open(digest, options);
}

/** Passes requests on up to the first whose blob isn't the project's. */
async function* onlyLinked(
  context: LinksContext,
  project: ProjectRef,
  requests: AnyIterable<CopyRequest>,
  options: CallOptions,
): AsyncGenerator<CopyRequest, void, undefined> {
  for await (const batch of inBatches(requests, options)) {
    const found = await linkedDigests(
      context,
      project,
      batch.map(({ digest }) => digest),
      options,
    );
    for (const [i, request] of batch.entries()) {
      if (!found[i]) throw missing(request.digest);
      yield request;
    }
  }
}

/** Those that come by and by may wait for what became of those before them. */
async function* inBatches(
  requests: AnyIterable<CopyRequest>,
  { signal }: CallOptions,
): AsyncGenerator<readonly CopyRequest[], void, undefined> {
  if (Symbol.asyncIterator in requests) {
    for await (const request of untilAborted(requests, signal)) yield [request];
    return;
  }
  let batch: CopyRequest[] = [];
  for (const request of requests) {
    batch.push(request);
    if (batch.length < requestsAtOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
