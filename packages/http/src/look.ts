import type { CallOptions } from '@cairn/core';
import { type Answer, discard, encodingsOf, isSuccess } from './answer.js';
import type { HttpClient } from './client.js';
import { statusError } from './http-error.js';
import type { HttpUri } from './http-uri.js';
import { createRetry } from './retry.js';
import { type Validators, validatorsOf } from './validators.js';

export interface LookOptions extends CallOptions {
  /** Default: `false`. */
  readonly foreign?: boolean | undefined;
}

/** Statuses by which servers refuse HEAD where they allow GET; 403 is that of URLs that allow one method. */
const headRefused: ReadonlySet<number> = new Set([403, 405, 501]);

/**
 * What a server says of a resource, without its bytes: by HEAD, and by GET for its first byte where HEAD is refused or tells
 * no size.
 *
 * @throws CairnError `not_found`, `forbidden`, `unauthenticated`, `unavailable`, `timeout`, `rate_limited`.
 */
export async function look(client: HttpClient, uri: HttpUri, options: LookOptions): Promise<Validators> {
  const { foreign = false, signal } = options;
  const retry = createRetry(client.settings, signal);
  const ask = { uri, foreign, signal, headers: {} };

  const head = await client.ask({ ...ask, method: 'HEAD' }, retry);
  discard(head);
  if (isSuccess(head.statusCode)) {
    const found = validatorsOf(head);
    if (found.size !== undefined || encodingsOf(head).length > 0) return found;
  } else if (!headRefused.has(head.statusCode)) throw statusError(uri, head);

  const first = await client.ask({ ...ask, method: 'GET', headers: { range: 'bytes=0-0' } }, retry);
  discard(first);
  // An empty resource has no first byte.
  if (first.statusCode !== 416) return foundIn(uri, first);
  const whole = await client.ask({ ...ask, method: 'GET' }, retry);
  discard(whole);
  return foundIn(uri, whole);
}

/** What an answer to GET says of the resource. @throws CairnError when it is no success; see {@link look}. */
export function foundIn(uri: HttpUri, answer: Answer): Validators {
  if (!isSuccess(answer.statusCode) && answer.statusCode !== 206) throw statusError(uri, answer);
  return validatorsOf(answer);
}
