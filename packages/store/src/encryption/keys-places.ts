import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CairnError, type ObjectStore, readAll } from '@cairn/core';
import { type FileSystem, readFileChunks, syncFolder } from '@cairn/file';
import { attempt } from '../blobs/attempt.js';
import { publishText, writeDurably } from '../publish-text.js';
import { tempOf } from '../store-folder.js';
import type { KeysPlace } from './encryption.js';

/** Of the file beside `FORMAT`, and of the object. */
const keysName = 'KEYS';

/** @param folder Of the store. */
export function keysInFolder(fs: FileSystem, folder: string): KeysPlace {
  const path = join(folder, keysName);
  return {
    store: folder,
    path,
    read: () => textIfThere(() => readAll(readFileChunks(path, { fs }))),
    create: (text) => publishText(fs, folder, keysName, text),
    async replace(text) {
      const staged = join(tempOf(folder), randomBytes(16).toString('hex'));
      try {
        await attempt('write', path, writeDurably(fs, staged, text));
        await attempt('write', path, fs.rename(staged, path));
      } finally {
        await fs.unlink(staged).catch(() => undefined);
      }
      await syncFolder(folder, { fs });
    },
  };
}

export function keysInBucket(objects: ObjectStore): KeysPlace {
  const bytesOf = (text: string) => new TextEncoder().encode(text);
  return {
    store: objects.location,
    path: `${objects.location}/${keysName}`,
    read: () => textIfThere(() => readAll(objects.open(keysName))),
    async create(text) {
      try {
        await objects.put(keysName, bytesOf(text), { ifAbsent: true });
      } catch (error) {
        if (!CairnError.is(error, 'conflict')) throw error;
      }
    },
    replace: async (text) => void (await objects.put(keysName, bytesOf(text))),
  };
}

async function textIfThere(read: () => Promise<Uint8Array>): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await read());
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return undefined;
    throw error;
  }
}
