import { CairnError } from './errors.js';
import { quote } from './printable.js';

/** The algorithms that can identify owned bytes. */
export type ContentAlgorithm = 'blake3' | 'sha256';

/** The identity of owned bytes: `blake3:` or `sha256:` and 64 lower-case hex digits. */
export type ContentDigest = `${ContentAlgorithm}:${string}`;

/**
 * A tagged string `scheme:value`.
 *
 * - *content*: `blake3:`, `sha256:`, and `md5:` or `crc32c:` where a provider vouches for them. Can be recomputed from
 *   the bytes.
 * - *validator*: any other scheme, such as `etag:` (kept verbatim, with quotes and `W/`) or `generation:`. Can only be
 *   compared with a later answer of the same server.
 * - *unverified*: `uri:` and the URI itself. Nothing is known about the bytes.
 */
export type Digest = `${string}:${string}`;

export type DigestKind = 'content' | 'validator' | 'unverified';

const hexLength: ReadonlyMap<string, number> = new Map([
  ['blake3', 64],
  ['sha256', 64],
  ['md5', 32],
  ['crc32c', 8],
]);
const grammar = /^([a-z][a-z0-9-]{0,31}):([^\p{Cc}\p{Cs}]{1,8192})$/u;
const hex = /^[0-9a-f]+$/;
/** Of an owned digest; its algorithms' names are equally long. */
const ownedLength = 'blake3:'.length + 64;
/** By their codes. A million entries have 64 million, on which a regular expression takes twice as long. */
const hexDigits: Uint8Array = Uint8Array.from({ length: 0x80 }, (_, code) =>
  hex.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Takes a digest apart. Throws `manifest_invalid` when it is not one. */
export function parseDigest(text: string): { scheme: string; value: string } {
  const match = grammar.exec(text);
  const scheme = match?.[1];
  const value = match?.[2];
  if (scheme === undefined || value === undefined) {
    throw new CairnError('manifest_invalid', `${quote(text)} is not a digest`, {
      hint: 'A digest is a scheme, a colon and a value, such as blake3:af13…',
    });
  }
  const length = hexLength.get(scheme);
  if (length !== undefined && (value.length !== length || !hex.test(value))) {
    throw new CairnError('manifest_invalid', `${quote(text)} is not a ${scheme} digest`, {
      hint: `Its value is ${length} lower-case hex digits.`,
    });
  }
  return { scheme, value };
}

/** Tells what a digest can prove; see {@link Digest}. Throws `manifest_invalid` when it is not a digest. */
export function digestKind(digest: string): DigestKind {
  const { scheme } = parseDigest(digest);
  if (scheme === 'uri') return 'unverified';
  return hexLength.has(scheme) ? 'content' : 'validator';
}

/** Whether a text is the identity of owned bytes ({@link ContentDigest}). */
export function isContentDigest(text: string): text is ContentDigest {
  if (typeof text !== 'string' || text.length !== ownedLength) return false;
  if (!text.startsWith('blake3:') && !text.startsWith('sha256:')) return false;
  for (let i = ownedLength - 64; i < ownedLength; i++) if (hexDigits[text.charCodeAt(i)] !== 1) return false;
  return true;
}

/** The algorithm of an owned digest. */
export function algorithmOf(digest: ContentDigest): ContentAlgorithm {
  return digest.startsWith('blake3:') ? 'blake3' : 'sha256';
}
