import { type ByteRange, CairnError, quote } from '@cairn/core';
import type { GsConnection } from './client.js';
import { checkedBy } from './content-check.js';
import { type Attempt, isSilence, statusOf, translateGsError } from './gs-error.js';
import type { GsAddress } from './gs-uri.js';
import { headObject } from './head-object.js';
import { type Media, requestMedia } from './read-media.js';
import type { ContentHash, FoundFacts } from './reference-record.js';
import { isWorthRepeating, maxFruitless, pause } from './repeat.js';

/** Which bytes to read, and what must be true of their object. */
export interface ReadRequest {
  readonly address: GsAddress;
  readonly range?: ByteRange | undefined;
  /** What the whole object hashes to. Default: what the first answer says. */
  readonly hash?: ContentHash | undefined;
  /** What the whole object has in bytes, for servers that don't say. */
  readonly size?: number | undefined;
  /** Called with the first answer, before its bytes are used; throws to refuse them. */
  readonly check?: ((facts: FoundFacts) => void) | undefined;
}

/** What counts as progress, in bytes. */
const progressBytes = 1024 * 1024;

/**
 * The bytes of one object, or a part of them: never fewer, never more, and never of two objects. A body that breaks off is
 * taken up again where it broke; a whole one is compared with its hash at the end. A range that starts at or after the end
 * yields nothing.
 *
 * When the first request is refused, the refusal is thrown as it is, for the caller to say what it means.
 *
 * @throws CairnError `reference_changed` when the object changes meanwhile, `integrity_mismatch`, `unavailable`,
 * `timeout`.
 */
export async function* readObject(
  connection: GsConnection,
  request: ReadRequest,
  attempted: Attempt,
): AsyncGenerator<Uint8Array> {
  const { range } = request;
  const first = range?.start ?? 0;
  const end = range?.end ?? Number.POSITIVE_INFINITY;
  if (first >= end) {
    // Nothing to read, but it must be there.
    const found = await headObject(connection, request.address, attempted);
    if (found === undefined) throw Object.assign(new Error('nothing is there'), { status: 404 });
    request.check?.(found);
    return;
  }
  yield* readBytes(connection, request, { first, wantedEnd: end }, attempted);
}

async function* readBytes(
  connection: GsConnection,
  { address, hash, size: recordedSize, check }: ReadRequest,
  { first, wantedEnd }: { readonly first: number; readonly wantedEnd: number },
  attempted: Attempt,
): AsyncGenerator<Uint8Array> {
  const { signal } = attempted;
  const isWhole = first === 0 && wantedEnd === Number.POSITIVE_INFINITY;
  let at = first;
  let end = wantedEnd;
  let pinned = address;
  let fruitless = 0;
  let hasBegun = false;
  let content: ReturnType<typeof checkedBy> | undefined;
  for (;;) {
    const resumedAt = at;
    let failure: unknown;
    let media: Media | undefined;
    try {
      media = await requestMedia(connection, pinned, rangeHeader(at, wantedEnd), signal);
      if (!hasBegun) {
        check?.(media);
        const size = media.size ?? recordedSize ?? Number.POSITIVE_INFINITY;
        end = Math.min(wantedEnd, size);
        if (isWhole) content = checkedBy(connection.sdk, hash ?? hashOf(media));
        hasBegun = true;
        // From here on it is this very generation that is read, whatever happens to its name.
        pinned = { ...address, generation: media.generation ?? address.generation ?? '' };
      }
      if (pinned.generation && media.generation && media.generation !== pinned.generation) {
        throw changedMeanwhile(attempted);
      }
      const mayHaveMore = end === wantedEnd && wantedEnd < (media.size ?? 0);
      for await (const chunk of cut(media.body, at - media.start, end - at, mayHaveMore)) {
        signal?.throwIfAborted();
        at += chunk.length;
        content?.update(chunk);
        yield chunk;
      }
    } catch (error) {
      failure = error;
    } finally {
      media?.body.destroy();
    }
    signal?.throwIfAborted();
    if (failure === undefined && (at >= end || end === Number.POSITIVE_INFINITY)) break;
    // What broke then is only the end of the answer.
    if (hasBegun && at >= end && isWorthRepeating(failure)) break;
    const status = statusOf(failure);
    if (status === 416) {
      // Past the end of the object.
      if (at === first) return;
      throw mismatch(attempted, failure);
    }
    // Without a failure, the body ended before its time.
    if (failure !== undefined && !isWorthRepeating(failure)) {
      if (!hasBegun) throw failure;
      if (status === 404) throw changedMeanwhile(attempted);
      if (status !== undefined) throw translateGsError(failure, attempted);
      throw CairnError.is(failure) ? failure : mismatch(attempted, failure);
    }
    fruitless = at - resumedAt >= progressBytes ? 1 : fruitless + 1;
    if (fruitless > maxFruitless) throw brokenOff(at, attempted, failure, status);
    await pause(fruitless, signal);
  }
  if (content?.isRight() === false) throw mismatch(attempted, undefined);
}

function rangeHeader(at: number, end: number): string | undefined {
  if (at === 0 && end === Number.POSITIVE_INFINITY) return undefined;
  return `bytes=${at}-${end === Number.POSITIVE_INFINITY ? '' : end - 1}`;
}

function hashOf({ md5, crc32c }: FoundFacts): ContentHash | undefined {
  if (crc32c !== undefined) return { algorithm: 'crc32c', value: crc32c };
  return md5 === undefined ? undefined : { algorithm: 'md5', value: md5 };
}

/** Of chunks that start `skip` bytes too early, the next `length` bytes. There may be more only where they are the object's. */
async function* cut(
  chunks: AsyncIterable<Uint8Array>,
  skip: number,
  length: number,
  mayHaveMore: boolean,
): AsyncGenerator<Uint8Array> {
  if (skip < 0) throw new Error('the server answers with another range');
  let toSkip = skip;
  let left = length;
  for await (const chunk of chunks) {
    const rest = chunk.subarray(Math.min(toSkip, chunk.length));
    toSkip -= chunk.length - rest.length;
    const wanted = rest.subarray(0, Math.min(left, rest.length));
    left -= wanted.length;
    if (wanted.length > 0) yield wanted;
    if (wanted.length < rest.length && !mayHaveMore) {
      throw new Error('there are more bytes than the object has');
    }
    if (left === 0 && mayHaveMore) return;
  }
}

function changedMeanwhile({ location }: Attempt): CairnError {
  return new CairnError('reference_changed', `${quote(location)} has changed while it was read`, {
    hint: 'Repeat the call.',
  });
}

function mismatch({ what, location }: Attempt, cause: unknown): CairnError {
  return new CairnError(
    'integrity_mismatch',
    `can't ${what} ${quote(location)}: the bytes that came are not those of the object`,
    { hint: 'Repeat the call. If it fails again, the object is damaged where it is stored.', cause },
  );
}

function brokenOff(at: number, attempted: Attempt, cause: unknown, status: number | undefined): unknown {
  if (status !== undefined) return translateGsError(cause, attempted);
  return new CairnError(
    isSilence(cause) ? 'timeout' : 'unavailable',
    `can't ${attempted.what} ${quote(attempted.location)}: the connection broke off at byte ${at}, again and again`,
    { hint: 'Check the network, then repeat the call.', cause },
  );
}
