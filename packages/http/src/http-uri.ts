import { CairnError, checkUri, maxSegmentBytes, quote, utf8Length } from '@cairn/core';

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

/** Names of query parameters that are, or sign for, a right to read. In lower case. */
const secretNames: ReadonlySet<string> = new Set([
  ...['x-amz-signature', 'x-amz-credential', 'x-amz-security-token', 'x-goog-signature', 'x-goog-credential'],
  ...['signature', 'key-pair-id', 'sig', 'hmac', 'hdnea', 'hdnts', '__token__'],
  ...['token', 'access_token', 'auth_token', 'private_token', 'job_token', 'id_token', 'refresh_token'],
  ...['api_key', 'apikey', 'api-key', 'x-api-key', 'subscription-key', 'secret', 'client_secret'],
  ...['password', 'passwd', 'pwd', 'authorization'],
]);
/** `key` names a place more often than a secret; Google's API keys can be told by their form. */
const googleKey = /^AIza[\w-]{30,}$/;

function secretParameter(query: URLSearchParams): string | undefined {
  for (const [name, value] of query) {
    if (secretNames.has(name.toLowerCase()) || googleKey.test(value)) return name;
  }
  return undefined;
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
