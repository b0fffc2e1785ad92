import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentDigest } from '@cairn/core';
import { endLength, footerBytes, rawDigest, readTable } from '../src/packs/pack-format.js';

/** Changes a byte in the middle of each copy of a record. */
export async function damageBlob(store: string, digest: ContentDigest): Promise<void> {
  const raw = rawDigest(digest);
  for (const name of await readdir(join(store, 'packs'))) {
    const path = join(store, 'packs', name);
    const bytes = await readFile(path);
    const end = bytes.subarray(-(endLength(bytes.subarray(-footerBytes)) as number));
    const records = [...readTable(end)].filter((record) => raw.equals(record.digest));
    for (const { start, length } of records) {
      const at = start + (length >> 1);
      bytes[at] = (bytes[at] as number) ^ 1;
    }
    if (records.length === 0) continue;
    await chmod(path, 0o644);
    await writeFile(path, bytes);
  }
}
