import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ByteRange, CairnError, quote } from '@cairn/core';
import { type S3Connection, within } from './client.js';
import { headObject } from './head-object.js';
import { pinnedVersion } from './list-objects.js';
import { readBody } from './read-body.js';
import { type Attempt, statusOf, translateS3Error } from './s3-error.js';
import type { S3Address } from './s3-uri.js';

/** Which bytes to read, and what must be true of their object. */
export interface ReadRequest {
  readonly address: S3Address;
  readonly range?: ByteRange | undefined;
  /** The ETag it must have, verbatim. Default: whatever it has when the first answer comes. */
  readonly etag?: string | undefined;
  /** What the whole object has in bytes, for servers that don't say. */
  readonly size?: number | undefined;
  /** Called with the first answer, before its bytes are used; throws to refuse them. */
  readonly check?: ((facts: AnswerFacts) => void) | undefined;
}

/** What an answer says of its object. */
export interface AnswerFacts {
  readonly etag: string | undefined;
  /** Of the whole object, in bytes. */
  readonly size: number | undefined;
}

interface Answer extends AnswerFacts {
  readonly versionId: string | undefined;
  /** Where in the object its body starts. */
  readonly start: number;
  readonly body: Readable;
}

/** How often a body is taken up again without this many bytes of progress. */
const maxFruitless = 4;
const progressBytes = 1024 * 1024;
const firstPauseMs = 100;

/**
 * The bytes of one object, or a part of them: never fewer, never more, and never of two objects. A body that breaks off is
 * taken up again where it broke. A range that starts at or after the end yields nothing.
 *
 * When the first request is refused, the SDK's error is thrown as it is, for the caller to say what it means.
 *
 * @throws CairnError `reference_changed` when the object changes meanwhile, `integrity_mismatch`, `unavailable`,
 * `timeout`.
 */
export async function* readObject(
  connection: S3Connection,
  request: ReadRequest,
  attempted: Attempt,
): AsyncGenerator<Uint8Array> {
  const { address, range, etag, check } = request;
  const { signal } = attempted;
  let at = range?.start ?? 0;
  const wantedEnd = range?.end ?? Number.POSITIVE_INFINITY;
  if (at >= wantedEnd) {
    // Nothing to read, but it must be there.
    const found = await headObject(connection, address, attempted);
    if (found === undefined) throw nothingThere(attempted);
    check?.(found);
    return;
  }
  let answer = await ask(connection, address, etag, at, wantedEnd, signal);
  if (answer === undefined) return;
  try {
    check?.(answer);
  } catch (error) {
    answer.body.destroy();
    throw error;
  }
  const size = answer.size ?? request.size ?? Number.POSITIVE_INFINITY;
  const end = Math.min(wantedEnd, size);
  // From here on it is this very object that is read, whatever happens to its key.
  const versionId = answer.versionId ?? address.versionId ?? '';
  const pinned = { address: { ...address, versionId }, etag: answer.etag };
  let fruitless = 0;
  for (;;) {
    const resumedAt = at;
    let failure: unknown;
    try {
      const body = readBody(answer.body, connection.timeoutMs);
      for await (const chunk of cut(body, at - answer.start, end - at, end < size)) {
        signal?.throwIfAborted();
        at += chunk.length;
        yield chunk;
      }
    } catch (error) {
      failure = error;
    }
    if (failure === undefined && end === Number.POSITIVE_INFINITY) return;
    signal?.throwIfAborted();
    if (!isBreak(failure)) throw mismatch(attempted, failure);
    if (at >= end) return;
    fruitless = at - resumedAt >= progressBytes ? 1 : fruitless + 1;
    const isKnown = pinned.etag !== undefined || versionId !== '';
    if (fruitless > maxFruitless || !isKnown) throw brokenOff(at, attempted, failure);
    await pause(firstPauseMs * 2 ** fruitless * Math.random(), signal);
    answer = await askAgain(connection, pinned, at, wantedEnd, attempted);
  }
}

/** Asks for an object from a byte on. `undefined`: it has no byte there. */
async function ask(
  { sdk, client, payer }: S3Connection,
  { bucket, key, versionId }: S3Address,
  etag: string | undefined,
  at: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<Answer | undefined> {
  const isPart = at > 0 || end < Number.POSITIVE_INFINITY;
  const last = end < Number.POSITIVE_INFINITY ? end - 1 : '';
  try {
    const answer = await client.send(
      new sdk.GetObjectCommand({
        Bucket: bucket,
        Key: key,
        VersionId: versionId || undefined,
        IfMatch: etag,
        Range: isPart ? `bytes=${at}-${last}` : undefined,
        ...payer,
      }),
      within(signal),
    );
    const { ETag, VersionId, ContentRange, ContentLength, Body } = answer;
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(ContentRange ?? '') ?? [];
    return {
      etag: ETag,
      versionId: pinnedVersion(VersionId),
      size: total === undefined ? ContentLength : Number(total),
      start: start === undefined ? 0 : Number(start),
      body: Body as Readable,
    };
  } catch (error) {
    if (statusOf(error) === 416) return undefined;
    throw error;
  }
}

/** Asks for the rest of an object, part of which was read. */
async function askAgain(
  connection: S3Connection,
  { address, etag }: { address: S3Address; etag: string | undefined },
  at: number,
  end: number,
  attempted: Attempt,
): Promise<Answer> {
  try {
    const answer = await ask(connection, address, etag, at, end, attempted.signal);
    if (answer !== undefined && answer.etag === etag) return answer;
    answer?.body.destroy();
  } catch (error) {
    if (![404, 405, 412].includes(statusOf(error) ?? 0)) throw translateS3Error(error, attempted);
  }
  throw new CairnError('reference_changed', `${quote(attempted.location)} has changed while it was read`, {
    hint: 'Repeat the call.',
  });
}

/**
 * Of chunks that start `skip` bytes too early, the next `length` bytes. There may be more of them only where they are part
 * of the object: a server may answer a range with the whole.
 */
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
    if (wanted.length < rest.length && !mayHaveMore)
      throw new Error('there are more bytes than the object has');
    if (left === 0 && mayHaveMore) return;
  }
}

/**
 * Whether a body ended before its time. Any other failure is one of its bytes: too many, of another range, or not those of
 * the checksum that S3 keeps with the object, which the SDK compares.
 */
function isBreak(failure: unknown): boolean {
  if (failure === undefined) return true;
  const { name, code } = failure as { name?: unknown; code?: unknown };
  return typeof code === 'string' || name === 'TimeoutError';
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal?.throwIfAborted());
}

function nothingThere({ what, location }: Attempt): CairnError {
  return new CairnError('not_found', `can't ${what} ${quote(location)}: nothing is there`, {
    hint: 'Check the bucket, the key and the version.',
  });
}

function mismatch({ what, location }: Attempt, cause: unknown): CairnError {
  return new CairnError(
    'integrity_mismatch',
    `can't ${what} ${quote(location)}: the bytes that came are not those of the object`,
    { hint: 'Repeat the call. If it fails again, the object is damaged where it is stored.', cause },
  );
}

function brokenOff(at: number, { what, location }: Attempt, cause: unknown): CairnError {
  const isSilent = cause instanceof Error && cause.name === 'TimeoutError';
  return new CairnError(
    isSilent ? 'timeout' : 'unavailable',
    `can't ${what} ${quote(location)}: the connection broke off at byte ${at}`,
    { hint: 'Check the network, then repeat the call.', cause },
  );
}
