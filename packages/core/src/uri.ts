import { CairnError } from './errors.js';
import { utf8Length } from './path.js';
import { quote } from './printable.js';

/** The longest URI of a reference, in bytes of UTF-8. */
export const maxUriBytes = 4096;

/**
 * The scheme of a URI, in lower case and without the colon (RFC 3986 §3.1), or `undefined` where there is none. A single
 * letter is a drive (`C:\data`), not a scheme.
 */
export function schemeOf(uri: string): string | undefined {
  return /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(uri)?.[1]?.toLowerCase();
}

/**
 * Checks what holds for the URIs of all schemes: well-formed text without control characters, not empty, of at most
 * {@link maxUriBytes}. All else is its handler's to say. Returns it unchanged.
 *
 * @throws CairnError `uri_invalid`.
 */
export function checkUri(uri: string): string {
  const problem =
    typeof uri !== 'string' || uri === ''
      ? 'it is empty'
      : /[\p{Cc}\p{Cs}]/u.test(uri)
        ? 'it has a control character or an unpaired surrogate'
        : utf8Length(uri) > maxUriBytes
          ? `it has more than ${maxUriBytes} bytes`
          : undefined;
  if (problem === undefined) return uri;
  throw new CairnError('uri_invalid', `${quote(String(uri))} can't be a reference: ${problem}`);
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

/** The name of the first parameter of a URL's query that is a right to read, or `undefined`: what is stored is no place for it. */
export function secretParameter(query: Iterable<readonly [name: string, value: string]>): string | undefined {
  for (const [name, value] of query) {
    if (secretNames.has(name.toLowerCase()) || googleKey.test(value)) return name;
  }
  return undefined;
}
