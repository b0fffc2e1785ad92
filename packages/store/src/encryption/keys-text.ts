import { hkdfSync, randomBytes } from 'node:crypto';
import { CairnError, quote } from '@cairn/core';
import { FileCipher } from './file-cipher.js';
import { encryptionKeyBytes } from './key-text.js';
import type { DataKey } from './pack-cipher.js';

/** What `KEYS` of a store says: the key of its packs, wrapped by each key that opens the store. */
export interface StoreKeys {
  /** Of the key of the packs: 16 hexadecimal digits. */
  readonly id: string;
  readonly wrapped: readonly WrappedKey[];
}

export interface WrappedKey {
  /** The key that opens it, as {@link keyIdOf} names it. */
  readonly by: string;
  /** 64 hexadecimal digits. */
  readonly salt: string;
  /** The key of the packs, encrypted, and the tag: 96 hexadecimal digits. */
  readonly key: string;
}

const formatName = 'cairn-keys';
const version = 1;

/** Names a key and says nothing of it: 16 hexadecimal digits. */
export function keyIdOf(key: Uint8Array): string {
  return Buffer.from(hkdfSync('sha256', key, '', 'cairn key id', 8)).toString('hex');
}

export function newDataKey(): DataKey {
  return { id: randomBytes(8), secret: randomBytes(encryptionKeyBytes) };
}

export function wrap({ id, secret }: DataKey, key: Uint8Array): WrappedKey {
  const [by, salt] = [keyIdOf(key), randomBytes(32)];
  const sealed = cipherOf(key, salt, hex(id), by).seal(0, true, secret);
  return { by, salt: hex(salt), key: hex(Buffer.concat(sealed)) };
}

/** The key of the packs; `undefined` if that key wrapped none, or something was changed. */
export function unwrap({ id, wrapped }: StoreKeys, key: Uint8Array): DataKey | undefined {
  const by = keyIdOf(key);
  const found = wrapped.find((one) => one.by === by);
  if (found === undefined) return undefined;
  const cipher = cipherOf(key, Buffer.from(found.salt, 'hex'), id, by);
  const secret = cipher.open(0, true, Buffer.from(found.key, 'hex'));
  // Of its own memory, for it goes to other threads.
  return secret && { id: Uint8Array.from(Buffer.from(id, 'hex')), secret: Uint8Array.from(secret) };
}

export function formatKeys(keys: StoreKeys): string {
  return `${JSON.stringify({ format: formatName, version, ...keys })}\n`;
}

/** @throws CairnError `integrity_mismatch`, `unsupported_format`. */
export function parseKeys(text: string, path: string): StoreKeys {
  let found: { format?: unknown; version?: unknown; id?: unknown; wrapped?: unknown };
  try {
    found = Object(JSON.parse(text));
  } catch (cause) {
    throw damagedKeys(path, cause);
  }
  if (found.format !== formatName) throw damagedKeys(path);
  if (found.version !== version) {
    throw new CairnError('unsupported_format', `${quote(path)} is that of another version of Cairn`, {
      hint: 'Open the store with the version of Cairn that made it.',
    });
  }
  const { id, wrapped } = found;
  if (!isHex(id, 8) || !Array.isArray(wrapped) || !wrapped.every(isWrapped)) throw damagedKeys(path);
  return { id, wrapped: wrapped.map(({ by, salt, key }) => ({ by, salt, key })) };
}

export function damagedKeys(path: string, cause?: unknown): CairnError {
  return new CairnError('integrity_mismatch', `${quote(path)} is damaged or lost`, {
    hint: 'Copy it from a backup: without it no key opens the store.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function isWrapped(value: unknown): value is WrappedKey {
  const { by, salt, key } = Object(value);
  return isHex(by, 8) && isHex(salt, 32) && isHex(key, 48);
}

function isHex(value: unknown, bytes: number): value is string {
  return typeof value === 'string' && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value);
}

function cipherOf(key: Uint8Array, salt: Uint8Array, id: string, by: string): FileCipher {
  return new FileCipher(key, salt, Buffer.from(`cairn wrapped key ${id} ${by}`));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
