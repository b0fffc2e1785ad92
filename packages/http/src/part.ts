import { CairnError, quote } from '@cairn/core';
import {
  type Answer,
  type ContentRange,
  contentRange,
  discard,
  encodingsOf,
  header,
  isSuccess,
} from './answer.js';
import type { HttpClient } from './client.js';
import { statusError } from './http-error.js';
import type { HttpUri } from './http-uri.js';
import { look } from './look.js';
import type { Retry } from './retry.js';
import { changed, checkUnchanged, isStrong, type Validators, validatorsOf } from './validators.js';

/** What is still wanted of a resource. */
export interface PartRequest {
  readonly uri: HttpUri;
  /** What the resource must be. */
  readonly known: Validators;
  readonly start: number;
  /** Exclusive; infinite: to the end of the resource. */
  readonly end: number;
  /** Whether to ask for this part alone, rather than for everything. */
  readonly ranged: boolean;
  /** Whether to make the right ETag a condition. Servers may misread one; the answer is compared in any case. */
  readonly conditional: boolean;
  readonly foreign: boolean;
  readonly signal: AbortSignal | undefined;
}

/** An answer with bytes of the right resource. */
export interface Part {
  readonly answer: Answer;
  /** Where in the resource its first byte is. */
  readonly from: number;
  /** Where its last byte ends, exclusive; infinite where the server doesn't say. */
  readonly to: number;
  readonly found: Validators;
}

/**
 * Asks for a part. The answer may be the whole. `undefined`: the resource ends before it.
 *
 * @throws CairnError `reference_changed` when the resource is another one, `integrity_mismatch` when the answer is another
 * part, and what the status means.
 */
export async function requestPart(
  client: HttpClient,
  request: PartRequest,
  retry: Retry,
): Promise<Part | undefined> {
  const { uri, known, ranged, foreign, signal } = request;
  const etag = request.conditional && isStrong(known.etag) ? known.etag : undefined;
  const headers = {
    ...(etag === undefined ? {} : { 'if-match': etag }),
    ...(ranged ? { range: rangeHeader(request) } : {}),
    ...(ranged && etag !== undefined ? { 'if-range': etag } : {}),
  };
  const answer = await client.ask({ uri, method: 'GET', headers, foreign, signal }, retry);
  const { statusCode } = answer;
  const isPartial = statusCode === 206 && ranged;

  if (isPartial && encodingsOf(answer).length > 0) {
    // A part of the compressed bytes is of no use.
    discard(answer);
    return requestPart(client, { ...request, ranged: false }, retry);
  }
  if (isPartial || isSuccess(statusCode)) {
    const found = validatorsOf(answer);
    try {
      checkUnchanged(uri, known, found);
      const place = isPartial ? checkPlace(request, answer) : { start: 0, end: found.size };
      return { answer, from: place.start, to: place.end ?? Number.POSITIVE_INFINITY, found };
    } catch (error) {
      discard(answer);
      throw error;
    }
  }
  discard(answer);
  if (statusCode === 416 && ranged) return checkEnd(request, answer);
  if (statusCode !== 412 || etag === undefined) throw statusError(uri, answer);
  const now = await look(client, uri, { foreign, signal });
  checkUnchanged(uri, known, now);
  return requestPart(client, { ...request, conditional: false }, retry);
}

function rangeHeader({ start, end }: PartRequest): string {
  return `bytes=${start}-${end === Number.POSITIVE_INFINITY ? '' : end - 1}`;
}

/** Where a 206 is. A shorter part than the one asked for is fine where the size says how much is missing. */
function checkPlace({ uri, known, start, end }: PartRequest, answer: Answer): ContentRange {
  const place = contentRange(answer);
  const isAsked =
    place !== undefined &&
    place.start === start &&
    place.end > start &&
    place.end <= (place.total ?? place.end);
  const isEnough =
    isAsked &&
    place.end <= end &&
    (place.end === end || end === Number.POSITIVE_INFINITY || (place.total ?? known.size) !== undefined);
  if (isEnough) return place;
  const given = quote(header(answer.headers, 'content-range') ?? 'no Content-Range');
  throw new CairnError(
    'integrity_mismatch',
    `${quote(uri.stored)} was asked for the bytes from ${start}, and the server answers with ${given}`,
    { hint: 'The server, or a proxy before it, is at fault.' },
  );
}

/** A 416 says that the resource ends before the part. It does not if it should be longer. */
function checkEnd({ uri, known, start }: PartRequest, answer: Answer): undefined {
  const size = /^bytes \*\/(\d{1,15})$/.exec(header(answer.headers, 'content-range') ?? '')?.[1];
  if (known.size === undefined) return undefined;
  if (size === undefined ? start < known.size : Number(size) !== known.size || start < known.size) {
    throw changed(uri.stored, 'size', known.size, size);
  }
  return undefined;
}
