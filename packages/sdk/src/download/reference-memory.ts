import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, type Entry, isContentDigest, type ReferenceEntry, readAll } from '@cairn/core';
import { readFileChunks } from '@cairn/file';
import envPaths from 'env-paths';
import { recompute } from '../util/local-digest.js';

/*
 * Where a source only vouches for a validator, such as an ETag, nothing recorded tells whether a file on disk is right.
 * So it is remembered, in a cache of this user, what the bytes of such a reference hashed to when they were fetched here:
 * a file that is right need not be fetched again. Losing the cache costs a transfer.
 */

/** What the bytes of an entry hash to, as far as that can be compared here. */
export async function knownDigest(entry: Entry): Promise<Digest | undefined> {
  if (entry.kind === 'file' || (await recompute(entry.digest)) !== undefined) return entry.digest;
  try {
    const chunks = readFileChunks(placeOf(entry), { noFollow: true, range: { start: 0, end: 100 } });
    const remembered = Buffer.from(await readAll(chunks)).toString();
    return isContentDigest(remembered) ? remembered : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers what the bytes of an entry hashed to. */
export async function remember(entry: ReferenceEntry, digest: Digest): Promise<void> {
  const path = placeOf(entry);
  // Not published: thousands are to be quick, and one of which half was written is no digest.
  const write = () => writeFile(path, digest, { mode: 0o600 });
  try {
    await write().catch(async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await write();
    });
  } catch {
    // The next download fetches it again.
  }
}

function placeOf({ uri, digest, size }: ReferenceEntry): string {
  const key = createHash('sha256')
    .update(JSON.stringify([uri, digest, size]))
    .digest('hex');
  return join(envPaths('cairn', { suffix: '' }).cache, 'references', key.slice(0, 2), key.slice(2));
}
