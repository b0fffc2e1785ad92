import { CairnError, checkUri, maxSegmentBytes, quote, secretParameter, utf8Length } from '@cairn/core';

export interface HttpUri {
  /** As given, without the fragment. */
  readonly stored: string;
  readonly url: URL;
  /** The last segment of its path, decoded, as an entry's path; empty when none can be made of it. */
  readonly name: string;
}

/**
 * Takes a reference's URI apart. It is parsed as browsers do, so that the host that is checked is the host that is asked.
 *
 * @throws CairnError `uri_invalid`, also when it holds credentials or a signature: a stored URI is no place for them.
 */
export function parseHttpUri(uri: string): HttpUri {
  const stored = checkUri(uri).replace(/#.*$/s, '');
  const url = URL.canParse(stored) ? new URL(stored) : undefined;
  if (url === undefined || !/^https?:\/\/[^/\\]/i.test(stored)) {
    throw new CairnError('uri_invalid', `${quote(uri)} is not an http(s) URL`, {
      hint: 'Write it like https://example.com/data.csv.',
    });
  }
  if (url.username !== '' || url.password !== '') throw secretIn(url, 'has credentials before its host');
  const secret = secretParameter(url.searchParams);
  if (secret !== undefined) throw secretIn(url, `is signed or holds a key (${quote(secret)})`);
  return { stored, url, name: nameOf(url) };
}

function secretIn({ origin, pathname }: URL, problem: string): CairnError {
  return new CairnError('uri_invalid', `the URL ${quote(origin + pathname)} ${problem}`, {
    hint: `Give the URL without it, and httpHandler({ headers: { ${quote(origin)}: { authorization: '…' } } }) if it needs a key.`,
  });
}

function nameOf({ pathname }: URL): string {
  const segment = pathname.split('/').findLast((part) => part !== '') ?? '';
  const decoded = decode(segment);
  if (/[/\\]/.test(decoded)) return '';
  const name = decoded.replace(/\p{Cc}/gu, encodeURIComponent).replace(/^([A-Za-z]):/, '$1%3A');
  return utf8Length(name) > maxSegmentBytes ? '' : name;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // not UTF-8: its percent signs stay
  }
}
