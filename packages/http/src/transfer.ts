import { CairnError, quote } from '@cairn/core';
import { readBody } from './body.js';
import type { HttpClient } from './client.js';
import { transportError } from './http-error.js';
import type { HttpUri } from './http-uri.js';
import { requestPart } from './part.js';
import { createRetry } from './retry.js';
import { isStrong, type Validators } from './validators.js';

export interface TransferRequest {
  readonly uri: HttpUri;
  readonly recorded: Validators;
  readonly start: number;
  /** Exclusive; infinite: to the end of the resource. */
  readonly end: number;
  readonly foreign: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * The bytes of exactly the resource that was recorded. Whatever breaks off goes on from the byte it has come to, as long as
 * a strong ETag says that it is the same resource; without one, bytes of two answers are never joined.
 */
export async function* transfer(client: HttpClient, request: TransferRequest): AsyncIterable<Uint8Array> {
  const { uri, start, end, foreign, signal } = request;
  const retry = createRetry(client.settings, signal);
  let known = request.recorded;
  let at = start;

  while (at < end) {
    const ranged = at > 0 || end !== Number.POSITIVE_INFINITY;
    const wanted = { uri, known, start: at, end, ranged, conditional: true, foreign, signal };
    const part = await requestPart(client, wanted, retry);
    if (part === undefined) return;
    known = {
      etag: known.etag ?? part.found.etag,
      size: known.size ?? part.found.size,
      lastModified: known.lastModified ?? part.found.lastModified,
    };
    const size = known.size ?? part.to;
    const bodyEnd = Math.min(part.to, size);
    let failure: unknown;
    try {
      let position = part.from;
      for await (const chunk of readBody(uri, part.answer, client.settings)) {
        const piece = chunk.subarray(Math.max(0, at - position), end - position);
        position += chunk.length;
        if (position > bodyEnd) throw tooLong(uri, bodyEnd);
        if (piece.length === 0) continue;
        at += piece.length;
        retry.gain(piece.length);
        yield piece;
        if (at >= end) return;
      }
      const isComplete = size === Number.POSITIVE_INFINITY || at >= Math.min(end, size);
      if (isComplete) return;
      failure = tooShort(uri, at, Math.min(end, size));
    } catch (error) {
      failure = transportError(error, uri, signal);
    }
    if (at > start && !isStrong(known.etag)) throw failure;
    await retry.wait(failure);
  }
}

function tooShort({ stored }: HttpUri, at: number, end: number): CairnError {
  return new CairnError('unavailable', `can't read ${quote(stored)}: the server sent ${at} of ${end} bytes`, {
    hint: 'Repeat the call.',
  });
}

function tooLong({ stored }: HttpUri, size: number): CairnError {
  const message = `the server sends more than the ${size} bytes of ${quote(stored)}`;
  return new CairnError('integrity_mismatch', message, {
    hint: 'They are not the ones that were recorded; discard them.',
  });
}
