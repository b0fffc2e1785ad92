import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ContentDigest, loadHasher } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import { packFiles } from '../src/encryption/encrypted-files.js';
import { openKeys, type StoreEncryption } from '../src/encryption/encryption.js';
import { keysInFolder } from '../src/encryption/keys-places.js';
import type { DataKey } from '../src/encryption/pack-cipher.js';
import { readEndOf } from '../src/maintenance/pack-end.js';
import { rawDigest } from '../src/packs/pack-format.js';

/** Where a byte of a pack is in the file that holds it encrypted. */
export function placeInFile(at: number): number {
  return 48 + Math.floor(at / 65_536) * 65_552 + (at % 65_536);
}

export async function dataKeyOf(folder: string, encryption: StoreEncryption): Promise<DataKey> {
  return (await openKeys(keysInFolder(nodeFileSystem, folder), encryption)).dataKey;
}

/** Changes a byte in the middle of each copy of a record, and so all of the block that it is in. */
export async function damageEncrypted(
  folder: string,
  digest: ContentDigest,
  encryption: StoreEncryption,
): Promise<void> {
  const files = packFiles(nodeFileSystem.sync, await dataKeyOf(folder, encryption));
  const hasher = await loadHasher('blake3');
  for (const name of readdirSync(join(folder, 'packs'))) {
    const path = join(folder, 'packs', name);
    const end = readEndOf({ files, hasher }, path);
    if (end.state !== 'intact') continue;
    const found = end.records.filter((record) => rawDigest(digest).equals(record.digest));
    if (found.length === 0) continue;
    const bytes = readFileSync(path);
    for (const { start, length } of found) {
      const at = placeInFile(start + (length >> 1));
      bytes[at] = (bytes[at] as number) ^ 1;
    }
    chmodSync(path, 0o644);
    writeFileSync(path, bytes);
  }
}
