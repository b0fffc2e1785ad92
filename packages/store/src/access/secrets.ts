import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a secret is for; it begins with this, so that who finds it in a text knows what it is. */
export type SecretKind = 'cairn_' | 'cairnsetup_';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 256 bits. */
const randomDigits = 43;
/** A checksum of 32 bits: what is mistyped, or only looks like a secret, is told from one without a look-up. */
const checksumDigits = 6;
/** The random digits that are told of a secret, to tell it from others. */
const shownDigits = 4;

export function makeSecret(kind: SecretKind): string {
  let text: string = kind;
  const length = kind.length + randomDigits;
  while (text.length < length) {
    // The bytes above the last multiple of 62 would make the first digits likelier.
    const digits = [...randomBytes(length - text.length)].filter((byte) => byte < 4 * 62);
    text += digits.map((byte) => alphabet[byte % 62]).join('');
  }
  return text + checksum(text);
}

export function isSecret(text: string, kind: SecretKind): boolean {
  const length = kind.length + randomDigits + checksumDigits;
  if (typeof text !== 'string' || text.length !== length || !text.startsWith(kind)) return false;
  const end = length - checksumDigits;
  return /^[0-9A-Za-z]+$/.test(text.slice(kind.length)) && text.slice(end) === checksum(text.slice(0, end));
}

/**
 * What is stored of a secret. A slow hash would protect what people choose; nobody guesses one of 2^256, so that a fast one
 * gives nothing away, and every request can afford it.
 */
export function hashOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}

export function startOf(secret: string, kind: SecretKind): string {
  return secret.slice(0, kind.length + shownDigits);
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < checksumDigits; i++) {
    digits = alphabet[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
