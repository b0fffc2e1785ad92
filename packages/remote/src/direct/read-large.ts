import { CairnError, type CallOptions, type ContentDigest } from '@cairn/core';
import { fetchRange } from '../blobs/fetch-range.js';
import type { ReadContext } from '../blobs/read-blob.js';
import { createRetry } from '../http/retry.js';
import type { PlannedPart } from '../protocol/index.js';
import { canRepeat, DirectFailure } from './direct-failure.js';
import { type FetchedPart, fetchPart } from './fetch-part.js';

/** How many parts are fetched at once; each is of 8 MiB at most. */
const partsAtOnce = 3;
/** How often the bucket is tried without any byte of it, before all else comes through the server. */
const attempts = 3;

/**
 * Bytes of a large blob from one place up to another one: from the bucket, as far as that can be, and through the server else.
 * Every chunk from the bucket is verified; of what the server sends, it has done so.
 */
export async function* readLarge(
  context: ReadContext,
  digest: ContentDigest,
  { start, end }: { readonly start: number; readonly end: number },
  options: CallOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { wire, line } = context;
  const { signal } = options;
  const { settings } = wire.connection;
  const retry = createRetry({ ...settings, attempts: Math.min(attempts, settings.attempts) }, signal);
  let refusals = 0;
  let at = start;
  while (at < end && (await line.isFor('downloads', end - start, options))) {
    const parts = await planFrom(context, digest, at, options);
    if (parts === undefined) break;
    try {
      for await (const chunk of fetchParts(context, digest, parts, { start: at, end }, options)) {
        at += chunk.length;
        refusals = 0;
        retry.renew();
        yield chunk;
      }
    } catch (failure) {
      if (!(failure instanceof DirectFailure)) throw failure;
      if (failure.kind === 'refused') refusals++;
      // Once may be the URL's time, or a pack that was rewritten; a new plan knows better.
      const isHopeless = failure.kind === 'unreachable' || (refusals > 1 && !line.hasWorked);
      if (isHopeless) line.giveUp();
      if (isHopeless || refusals > 1 || failure.kind === 'wrong') break;
      if (failure.kind === 'passing' && !(await canRepeat(retry, failure, options))) break;
    }
  }
  if (at < end) yield* fetchRange(wire, digest, at, end, options);
}

/** Parts from a place on; `undefined` when the server plans none, or can't be asked: it is asked for the bytes then. */
async function planFrom(
  { wire }: ReadContext,
  digest: ContentDigest,
  at: number,
  options: CallOptions,
): Promise<readonly PlannedPart[] | undefined> {
  try {
    const { parts } = await wire.plan(digest, at, options);
    let place = parts[0]?.start ?? 0;
    for (const { start, end } of parts) {
      if (start !== place || end <= start) return undefined;
      place = end;
    }
    return (parts[0]?.start ?? at + 1) <= at && place > at ? parts : undefined;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (CairnError.is(error)) return undefined;
    throw error;
  }
}

/** The bytes of parts between two places, in order. Those from the bucket are fetched ahead. @throws DirectFailure */
async function* fetchParts(
  { wire, line, hasher }: ReadContext,
  digest: ContentDigest,
  parts: readonly PlannedPart[],
  { start, end }: { readonly start: number; readonly end: number },
  options: CallOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const over = new AbortController();
  const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
  const wanted = parts.filter((part) => part.end > start && part.start < end);
  const coming: Promise<FetchedPart>[] = [];
  try {
    for (const [i, part] of wanted.entries()) {
      while (coming.length < Math.min(i + partsAtOnce, wanted.length)) {
        const next = wanted[coming.length] as PlannedPart;
        const fetched = next.request === undefined ? noChunks : fetchPart(line, hasher, next, { signal });
        fetched.catch(() => undefined); // whoever comes to it hears of it
        coming.push(fetched);
      }
      if (part.request === undefined) {
        yield* fetchRange(wire, digest, Math.max(start, part.start), Math.min(end, part.end), options);
        continue;
      }
      const { chunks, failure } = await (coming[i] as Promise<FetchedPart>);
      coming[i] = noChunks;
      let at = part.start;
      for (const chunk of chunks) {
        const piece = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at));
        at += chunk.length;
        if (piece.length > 0) yield piece;
      }
      if (failure !== undefined) throw failure;
    }
  } finally {
    over.abort();
  }
}

const noChunks: Promise<FetchedPart> = Promise.resolve({ chunks: [] });
