import { CairnError, type CallOptions, type ContentDigest } from '@cairn/core';
import { garbled, transportFailure } from '../http/failures.js';
import { createRetry } from '../http/retry.js';
import { maxReadBytes, readFrames } from '../protocol/index.js';
import { damagedBlob, missingBlob } from './fetch-range.js';
import type { ReadContext } from './read-blob.js';

/** A blob that is asked for. */
export interface Asked {
  readonly digest: ContentDigest;
  /** The same without its algorithm. */
  readonly raw: Uint8Array;
}

/** What came of one. */
export type Found<T> =
  /** All its bytes, verified. */
  | { readonly kind: 'bytes'; readonly item: T; readonly bytes: Uint8Array }
  /** It is too long to come along, and has so many bytes. */
  | { readonly kind: 'large'; readonly item: T; readonly size: number };

/**
 * Reads blobs, the short ones of them, by one request, in any order. What is missing when a connection breaks is asked for again.
 *
 * @throws CairnError `not_found`, `integrity_mismatch`.
 */
export async function* readSome<T extends Asked>(
  { wire, hasher }: ReadContext,
  items: readonly T[],
  options: CallOptions,
): AsyncGenerator<Found<T>, void, undefined> {
  const { location, settings } = wire.connection;
  const retry = createRetry(settings, options.signal);
  let left = items;
  while (left.length > 0) {
    const asked = left;
    const open = new Set(asked.keys());
    const digests = asked.map(({ raw }) => raw);
    const { body } = await wire.read(digests, options, retry);
    try {
      for await (const frame of readFrames(body, maxReadBytes)) {
        const item = open.delete(frame.index) ? asked[frame.index] : undefined;
        if (item === undefined) throw garbled(location);
        if (frame.kind === 'missing') throw missingBlob(item.digest);
        if (frame.kind === 'damaged') throw damagedBlob(item.digest);
        if (frame.kind === 'bytes' && hasher.hash(frame.bytes) !== item.digest)
          throw damagedBlob(item.digest);
        yield frame.kind === 'bytes'
          ? { kind: 'bytes', item, bytes: frame.bytes }
          : { kind: 'large', item, size: frame.size };
      }
      if (open.size > 0) throw garbled(location);
    } catch (error) {
      if (open.size < asked.length) retry.renew();
      await retry.wait(transportFailure(asFailure(error, location), location, options.signal));
    }
    left = [...open].map((i) => asked[i] as T);
  }
}

/** What is no frame came from something on the way, or from another server. */
function asFailure(error: unknown, location: string): unknown {
  return CairnError.is(error, 'unsupported_format') ? garbled(location, error) : error;
}
