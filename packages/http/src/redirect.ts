import { CairnError, quote } from '@cairn/core';
import { type Answer, header } from './answer.js';
import type { HttpUri } from './http-uri.js';

export const maxRedirects = 10;

const redirecting: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Where an answer sends its reader, or `undefined` when it doesn't.
 *
 * @throws CairnError `scheme_refused` when it leaves http(s), or https for http.
 */
export function redirectTarget(
  { stored }: HttpUri,
  from: URL,
  { statusCode, headers }: Answer,
): URL | undefined {
  const location = redirecting.has(statusCode) ? header(headers, 'location') : undefined;
  if (location === undefined || !URL.canParse(location, from.href)) return undefined;
  const target = new URL(location, from);
  if (target.protocol !== from.protocol && target.protocol !== 'https:') {
    throw new CairnError(
      'scheme_refused',
      `${quote(stored)} redirects from ${from.protocol} to ${quote(target.protocol)}`,
      {
        hint: 'Only http and https are followed, and https never to http.',
      },
    );
  }
  return target;
}

export function tooManyRedirects({ stored }: HttpUri): CairnError {
  return new CairnError('unavailable', `${quote(stored)} redirects more than ${maxRedirects} times`, {
    hint: 'Check the URL.',
    isRetryable: false,
  });
}
