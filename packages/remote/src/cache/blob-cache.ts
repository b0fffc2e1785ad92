import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentDigest, Hasher } from '@cairn/core';
import { publishFile } from '@cairn/file';
import { make } from './cache-folder.js';

/** Blobs that were read once, such as manifests: they never change. Nothing here fails, and nothing relies on it. */
export interface BlobCache {
  /** The bytes of a blob, verified; `undefined` when they are not here. */
  get(digest: ContentDigest): Promise<Uint8Array | undefined>;
  put(digest: ContentDigest, bytes: Uint8Array): Promise<void>;
  /** Removes what was not used for longest, until all the rest is within its bounds. */
  trim(): Promise<void>;
}

/** A longer blob is not kept, in bytes. The leaf of a manifest has some 200 KB. */
export const maxCachedBytes: number = 1024 * 1024;
/** Use is noted once in so many milliseconds. */
const useNotedMs = 60 * 60 * 1000;

/** @param folder For the blobs of one project: another one must not show what this one was allowed to read. */
export function blobCache(folder: string, maxBytes: number, hasher: Hasher): BlobCache {
  const pathOf = (digest: ContentDigest) => join(folder, digest.replace(':', '-'));
  let added = 0;

  return {
    async get(digest) {
      const path = pathOf(digest);
      try {
        const bytes = await readFile(path);
        if (hasher.hash(bytes) !== digest) {
          await rm(path, { force: true });
          return undefined;
        }
        const { mtimeMs } = await stat(path);
        if (Date.now() - mtimeMs > useNotedMs) await utimes(path, new Date(), new Date());
        return bytes;
      } catch {
        return undefined;
      }
    },
    async put(digest, bytes) {
      if (bytes.length > Math.min(maxCachedBytes, maxBytes) || !(await make(folder))) return;
      added += bytes.length;
      await publishFile(pathOf(digest), [bytes], { mode: 0o600 }).catch(() => undefined);
    },
    async trim() {
      if (added > 0) await trimFolder(folder, maxBytes).catch(() => undefined);
      added = 0;
    },
  };
}

async function trimFolder(folder: string, maxBytes: number): Promise<void> {
  const files = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) files.push({ path, size: found.size, used: found.mtimeMs });
  }
  files.sort((a, b) => b.used - a.used);
  let total = 0;
  for (const { path, size } of files) {
    total += size;
    if (total > maxBytes) await rm(path, { force: true });
  }
}
