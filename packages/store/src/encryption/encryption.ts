import { CairnError, quote } from '@cairn/core';
import { encryptionKeyBytes, noKey, parseEncryptionKey } from './key-text.js';
import {
  damagedKeys,
  formatKeys,
  keyIdOf,
  newDataKey,
  parseKeys,
  type StoreKeys,
  unwrap,
  wrap,
} from './keys-text.js';
import type { DataKey } from './pack-cipher.js';

/** A key of stores: 32 bytes, or a text as `newEncryptionKey` makes it. */
export type EncryptionKey = Uint8Array | string;

/** How a store is encrypted. */
export interface StoreEncryption {
  /**
   * What opens the store, or is to open a new one. A function is asked for the keys that open it by their ids, of 16 hexadecimal
   * digits, until it has one; for a new store once, without an id.
   */
  readonly key:
    | EncryptionKey
    | ((keyId: string | undefined) => EncryptionKey | undefined | Promise<EncryptionKey | undefined>);
}

export interface RotateKeyOptions {
  /** What is to open the store from now on. */
  readonly newKey: EncryptionKey;
  /** Whether the keys that open it until now go on to do so. Default: `false`. */
  readonly keepOthers?: boolean | undefined;
}

/** Where the `KEYS` of a store are. */
export interface KeysPlace {
  /** The store, for messages. */
  readonly store: string;
  /** The path of `KEYS`, for messages. */
  readonly path: string;
  read(): Promise<string | undefined>;
  /** Writes it durably if there is none. */
  create(text: string): Promise<void>;
  /** Writes it durably in the place of what is there, whole or not at all. */
  replace(text: string): Promise<void>;
}

/** The keys of a store that were opened, and where they are. */
export interface OpenedKeys {
  readonly place: KeysPlace;
  readonly dataKey: DataKey;
}

/**
 * Makes sure, before anything else of a store is read, that it is opened as it was made: with a key or without.
 *
 * @throws CairnError `unauthenticated` when the store is encrypted and no key was given; `conflict` when one was and it isn't.
 */
export function checkEncryption(
  store: string,
  isEncrypted: boolean,
  encryption: StoreEncryption | undefined,
): void {
  if (isEncrypted && encryption === undefined) {
    throw new CairnError(
      'unauthenticated',
      `the store in ${quote(store)} is encrypted, and no key was given`,
      {
        hint: 'Pass { encryption: { key } }, or set CAIRN_ENCRYPTION_KEY_FILE.',
      },
    );
  }
  if (!isEncrypted && encryption !== undefined) {
    throw new CairnError('conflict', `the store in ${quote(store)} is not encrypted, and a key was given`, {
      hint: 'Open it without a key. To encrypt what it holds, copy it to a new store that is: see docs/encryption.md.',
    });
  }
}

/** Opens the keys of a store, and makes some if there are none yet. */
export async function settleKeys(place: KeysPlace, encryption: StoreEncryption): Promise<OpenedKeys> {
  if ((await place.read()) === undefined) {
    const { key } = encryption;
    const given = typeof key === 'function' ? await key(undefined) : key;
    if (given === undefined) throw noKeyFor(place, 'a new store');
    const dataKey = newDataKey();
    const id = Buffer.from(dataKey.id).toString('hex');
    await place.create(formatKeys({ id, wrapped: [wrap(dataKey, bytesOf(given))] }));
  }
  // Of several processes that make the store, the first decides.
  return openKeys(place, encryption);
}

/** @throws CairnError `forbidden` when the key is another one; `unauthenticated` when it is none; `integrity_mismatch`. */
export async function openKeys(place: KeysPlace, { key }: StoreEncryption): Promise<OpenedKeys> {
  const keys = await readKeys(place);
  if (typeof key !== 'function') {
    const given = bytesOf(key);
    return { place, dataKey: unwrap(keys, given) ?? refuse(place, keys, keyIdOf(given)) };
  }
  for (const { by } of keys.wrapped) {
    const given = await key(by);
    if (given === undefined) continue;
    const bytes = bytesOf(given);
    return { place, dataKey: unwrap(keys, bytes) ?? refuse(place, keys, keyIdOf(bytes)) };
  }
  throw noKeyFor(place, keys.wrapped.map(({ by }) => by).join(', '));
}

/** Has another key open a store. Packs stay as they are. */
export async function rotateKeys(
  { place, dataKey }: OpenedKeys,
  { newKey, keepOthers = false }: RotateKeyOptions,
): Promise<void> {
  const added = wrap(dataKey, bytesOf(newKey));
  const { id, wrapped } = await readKeys(place);
  const others = keepOthers ? wrapped.filter(({ by }) => by !== added.by) : [];
  await place.replace(formatKeys({ id, wrapped: [...others, added] }));
}

export function notEncrypted(store: string): CairnError {
  return new CairnError('conflict', `the store in ${quote(store)} is not encrypted: it has no keys`, {
    hint: 'Encrypt what it holds by copying it to a new store that is: see docs/encryption.md.',
  });
}

async function readKeys(place: KeysPlace): Promise<StoreKeys> {
  const text = await place.read();
  if (text === undefined) throw damagedKeys(place.path);
  return parseKeys(text, place.path);
}

function bytesOf(key: EncryptionKey): Uint8Array {
  const bytes = typeof key === 'string' ? parseEncryptionKey(key) : key;
  if (!(bytes instanceof Uint8Array) || bytes.length !== encryptionKeyBytes) throw noKey();
  return bytes;
}

function refuse({ store }: KeysPlace, { wrapped }: StoreKeys, given: string): never {
  const ids = wrapped.map(({ by }) => by).join(', ');
  throw new CairnError('forbidden', `the key ${given} doesn't open the store in ${quote(store)}`, {
    hint: `It is opened by the key ${ids}.`,
  });
}

function noKeyFor({ store }: KeysPlace, ids: string): CairnError {
  return new CairnError('unauthenticated', `no key was given for the store in ${quote(store)}: ${ids}`, {
    hint: 'Have { encryption: { key } } return it.',
  });
}
