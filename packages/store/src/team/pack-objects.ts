import { CairnError, type CallOptions, type ObjectStore, readAll } from '@cairn/core';
import type { FileCipher } from '../encryption/file-cipher.js';
import {
  blocksOf,
  type DataKey,
  headerBytes,
  openBlocks,
  packCipher,
  packSizeOf,
  placeOf,
  type Span,
} from '../encryption/pack-cipher.js';
import { packKey } from './bucket-packs.js';

/** The objects that packs are kept in: every byte of a pack in a bucket is read through this. What is written are files of packs. */
export interface PackObjects {
  /**
   * A part of a pack; `undefined` if there is no such pack. What a pack is too short for, or can't be relied on for, is missing
   * at the end.
   */
  read(pack: PackObject, part: Span, options: CallOptions): Promise<Uint8Array | undefined>;
  /** How many bytes of a pack an object of so many bytes has. */
  packSize(objectSize: number): number;
}

export interface PackObject {
  readonly name: string;
  /** Of the object, in bytes. */
  readonly size: number;
}

/** Objects that are what their packs are, or with a key such as hold their packs encrypted. */
export function packObjects(objects: ObjectStore, key: DataKey | undefined): PackObjects {
  if (key === undefined) {
    return {
      read: ({ name }, part, options) => readSpan(objects, name, part, options),
      packSize: (size) => size,
    };
  }
  /** Of the packs that were read from: so that reading from them again takes one request. */
  const ciphers = new Map<string, FileCipher>();
  return {
    async read({ name, size }, part, options) {
      const blocks = blocksOf(part, size);
      const [header, sealed] = await Promise.all([
        ciphers.has(name) ? undefined : readSpan(objects, name, { start: 0, end: headerBytes }, options),
        readSpan(objects, name, placeOf(blocks), options),
      ]);
      if (sealed === undefined) return undefined;
      const cipher = ciphers.get(name) ?? (header && packCipher(key, header));
      if (cipher === undefined) return new Uint8Array();
      ciphers.set(name, cipher);
      const into = Buffer.allocUnsafe(part.end - part.start);
      return into.subarray(0, openBlocks(cipher, blocks, sealed, part, into));
    },
    packSize: packSizeOf,
  };
}

async function readSpan(
  objects: ObjectStore,
  name: string,
  range: Span,
  options: CallOptions,
): Promise<Uint8Array | undefined> {
  if (range.start === range.end) return new Uint8Array();
  try {
    return await readAll(objects.open(packKey(name), { ...options, range }));
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return undefined;
    throw error;
  }
}
