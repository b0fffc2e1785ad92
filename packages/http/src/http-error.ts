import { CairnError, codeOfStatus, networkFailure, quote } from '@cairn/core';
import type { Answer } from './answer.js';
import type { HttpUri } from './http-uri.js';
import { retryAfterMs } from './retry.js';

/** Statuses that may pass: the same request may succeed later. */
export function isTransient(status: number): boolean {
  return (
    status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
  );
}

/** What a status that is no success means. */
export function statusError({ stored, url }: HttpUri, answer: Answer): CairnError {
  const { statusCode } = answer;
  const told = retryAfterMs(answer);
  const wait = told === undefined ? '' : ` It asks to wait ${Math.ceil(told / 1000)} s.`;
  const message = (what: string) => `${quote(stored)} ${what}: the server answered ${statusCode}`;
  switch (codeOfStatus(statusCode)) {
    case 'unauthenticated':
      return new CairnError('unauthenticated', message('needs credentials'), {
        hint: `Pass them: httpHandler({ headers: { ${quote(url.origin)}: { authorization: '…' } } }).`,
      });
    case 'forbidden':
      return new CairnError('forbidden', message('may not be read'), {
        hint: `Check the permissions, and the headers given for ${quote(url.origin)}.`,
      });
    case 'not_found':
      return new CairnError('not_found', message('is not there'), { hint: 'Check the URL.' });
    case 'rate_limited':
      return new CairnError('rate_limited', message('is asked for too often'), {
        hint: `Repeat the call later.${wait}`,
      });
  }
  return isTransient(statusCode)
    ? new CairnError('unavailable', message("can't be read now"), { hint: `Repeat the call later.${wait}` })
    : new CairnError('unavailable', message("can't be read"), { isRetryable: false });
}

/** What a failed exchange with a server means. What is no failure of one comes back as it is, and an abort as its reason. */
export function transportError(
  error: unknown,
  { stored }: HttpUri,
  signal: AbortSignal | undefined,
): unknown {
  return networkFailure(error, `can't read ${quote(stored)}`, signal);
}
