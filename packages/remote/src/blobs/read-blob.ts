import {
  type ByteRange,
  CairnError,
  type CallOptions,
  type ContentDigest,
  concatBytes,
  type Hasher,
  isContentDigest,
} from '@cairn/core';
import { rawDigest } from '@cairn/store/engine';
import { type BlobCache, maxCachedBytes } from '../cache/blob-cache.js';
import { garbled, transportFailure } from '../http/failures.js';
import { createRetry } from '../http/retry.js';
import type { ProjectWire } from './project-wire.js';
import { readSome } from './read-some.js';

export interface ReadContext {
  readonly wire: ProjectWire;
  readonly hasher: Hasher;
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

/** All bytes of a blob, verified at their end. A connection that breaks is taken up where it broke. */
export async function* readWhole(
  { wire, hasher }: ReadContext,
  digest: ContentDigest,
  options: CallOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = hasher.create();
  for await (const chunk of fetchRange(wire, digest, 0, Number.POSITIVE_INFINITY, options)) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest() !== digest) throw damagedBlob(digest);
}

/** A short blob is fetched whole and verified; of a long one, the server has verified every chunk that it sends. */
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
      yield* fetchRange(context.wire, digest, start, Math.min(end, found.size), options);
    }
  }
}

/** So many bytes renew the patience. */
const renewingBytes = 64 * 1024;

/** Bytes of a blob from one place up to another one, or to its end. */
async function* fetchRange(
  wire: ProjectWire,
  digest: ContentDigest,
  start: number,
  end: number,
  { signal }: CallOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { location, settings } = wire.connection;
  const retry = createRetry(settings, signal);
  for (let at = start, renewedAt = start; ; ) {
    const isWhole = at === 0 && end === Number.POSITIVE_INFINITY;
    const range = isWhole ? undefined : `${at}-${end === Number.POSITIVE_INFINITY ? '' : end - 1}`;
    const answer = await naming(digest, wire.get(digest, range, { signal }, retry));
    const isPart = answer.statusCode === 206;
    try {
      if (answer.statusCode === 416) return await answer.body.dump();
      if (isPart === isWhole || (isPart && !startsAt(answer.headers, at))) {
        await answer.body.dump();
        throw garbled(location);
      }
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
        at += chunk.length;
        if (at > end) throw garbled(location);
        if (at - renewedAt >= renewingBytes) {
          retry.renew();
          renewedAt = at;
        }
        yield chunk;
      }
      if (end === Number.POSITIVE_INFINITY || at === end) return;
      throw garbled(location);
    } catch (error) {
      await retry.wait(transportFailure(error, location, signal));
    }
  }
}

/** Whether a part begins where it was asked for. */
function startsAt(headers: Readonly<Record<string, string | string[] | undefined>>, start: number): boolean {
  return new RegExp(`^bytes ${start}-`).test(String(headers['content-range']));
}

/** Has a failure name the blob. */
async function naming<T>(digest: ContentDigest, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (CairnError.is(error, 'not_found')) throw missingBlob(digest, error);
    if (CairnError.is(error, 'integrity_mismatch')) throw damagedBlob(digest, error);
    throw error;
  }
}

export function missingBlob(digest: ContentDigest, cause?: unknown): CairnError {
  return new CairnError('not_found', `the project has no blob ${digest} on the server`, {
    hint: 'Log the artifact again from where its files are.',
    ...(cause === undefined ? {} : { cause }),
  });
}

export function damagedBlob(digest: ContentDigest, cause?: unknown): CairnError {
  return new CairnError('integrity_mismatch', `the blob ${digest} is damaged`, {
    hint: 'Log its file again: that repairs it.',
    ...(cause === undefined ? {} : { cause }),
  });
}
