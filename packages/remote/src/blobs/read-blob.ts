import {
  type ByteRange,
  type CallOptions,
  type ContentDigest,
  concatBytes,
  type Hasher,
  isContentDigest,
} from '@cairn/core';
import { rawDigest } from '@cairn/store/engine';
import { type BlobCache, maxCachedBytes } from '../cache/blob-cache.js';
import type { BucketLine } from '../direct/bucket-line.js';
import { readLarge } from '../direct/read-large.js';
import { damagedBlob, fetchRange, missingBlob } from './fetch-range.js';
import type { ProjectWire } from './project-wire.js';
import { readSome } from './read-some.js';

export interface ReadContext {
  readonly wire: ProjectWire;
  readonly hasher: Hasher;
  readonly line: BucketLine;
}

/** The bytes of a blob, or of a part of it; see `BlobStore.open`. Short ones that were read whole are kept in the cache. */
export async function* readBlob(
  context: ReadContext & { readonly cache: BlobCache },
  digest: ContentDigest,
  { range, signal }: CallOptions & { readonly range?: ByteRange | undefined } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted();
  const { wire, cache } = context;
  if (!isContentDigest(digest) || !digest.startsWith(`${wire.algorithm}:`)) throw missingBlob(digest);
  const cached = await cache.get(digest);
  signal?.throwIfAborted();
  if (cached !== undefined) {
    const part = cached.subarray(range?.start, range?.end);
    if (part.length > 0) yield part;
  } else if (range !== undefined) {
    yield* readPart(context, digest, range, { signal });
  } else {
    const kept: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of readWhole(context, digest, { signal })) {
      length += chunk.length;
      // Who gets it may change it.
      if (length <= maxCachedBytes) kept.push(Uint8Array.from(chunk));
      yield chunk;
    }
    if (length <= maxCachedBytes) await cache.put(digest, concatBytes(kept));
  }
}

/**
 * All bytes of a blob, verified at their end. A connection that breaks is taken up where it broke.
 *
 * @param size Of the blob in bytes, if that is known.
 */
export async function* readWhole(
  context: ReadContext,
  digest: ContentDigest,
  options: CallOptions,
  size?: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = context.hasher.create();
  const chunks =
    size === undefined ? readUnknown(context, digest, options) : readKnown(context, digest, size, options);
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest() !== digest) throw damagedBlob(digest);
}

/** Who asks for a blob of unknown size has asked the server for all of it: to leave that again costs what is under way, in bytes. */
const worthLeavingBytes = 16 * 1024 * 1024;

async function* readUnknown(context: ReadContext, digest: ContentDigest, options: CallOptions) {
  const leave = async (size: number) =>
    size >= worthLeavingBytes && context.line.isFor('downloads', size, options);
  const size = yield* fetchRange(context.wire, digest, 0, Number.POSITIVE_INFINITY, { ...options, leave });
  if (size !== undefined) yield* readLarge(context, digest, { start: 0, end: size }, options);
}

async function* readKnown(context: ReadContext, digest: ContentDigest, size: number, options: CallOptions) {
  if (await context.line.isFor('downloads', size, options)) {
    yield* readLarge(context, digest, { start: 0, end: size }, options);
  } else yield* fetchRange(context.wire, digest, 0, Number.POSITIVE_INFINITY, options);
}

/** A short blob is fetched whole and verified; of a long one, every chunk is, here or by the server that sends it. */
async function* readPart(
  context: ReadContext,
  digest: ContentDigest,
  { start, end = Number.POSITIVE_INFINITY }: ByteRange,
  options: CallOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const found of readSome(context, [{ digest, raw: rawDigest(digest) }], options)) {
    if (found.kind === 'bytes') {
      const part = found.bytes.subarray(start, end);
      if (part.length > 0) yield part;
    } else if (start < Math.min(end, found.size)) {
      yield* readLarge(context, digest, { start, end: Math.min(end, found.size) }, options);
    }
  }
}
