import { createHash, randomBytes } from 'node:crypto';
import { CairnError } from '@cairn/core';

/** How many bytes a key has. */
export const encryptionKeyBytes = 32;
const prefix = 'cairn-key-';
const checkBytes = 4;

/** Makes a key for stores, as a text that finds its own typing errors. Whoever loses it loses what is in its stores. */
export function newEncryptionKey(): string {
  const key = randomBytes(encryptionKeyBytes);
  return prefix + Buffer.concat([key, checkOf(key)]).toString('base64url');
}

/**
 * The bytes of a key that is written as {@link newEncryptionKey} writes them, or as 64 hexadecimal digits.
 *
 * @throws CairnError `unauthenticated`. It never says what the text is.
 */
export function parseEncryptionKey(text: string): Uint8Array {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  const bytes = trimmed.startsWith(prefix)
    ? Buffer.from(trimmed.slice(prefix.length), 'base64url')
    : undefined;
  const key = bytes?.subarray(0, encryptionKeyBytes);
  const isRight =
    bytes?.length === encryptionKeyBytes + checkBytes &&
    bytes.toString('base64url') === trimmed.slice(prefix.length) &&
    key !== undefined &&
    checkOf(key).equals(bytes.subarray(encryptionKeyBytes));
  if (isRight) return key;
  throw noKey();
}

export function noKey(): CairnError {
  return new CairnError('unauthenticated', 'what was given to open the store is no encryption key', {
    hint: `A key is 32 bytes, written as ${prefix}… or as 64 hexadecimal digits. Look for a typing error.`,
  });
}

function checkOf(key: Uint8Array): Buffer {
  return createHash('sha256').update(prefix).update(key).digest().subarray(0, checkBytes);
}
