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
