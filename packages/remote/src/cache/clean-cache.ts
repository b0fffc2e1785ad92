import { readdir, stat, unlink } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { CallOptions } from '@cairn/core';
import { defaultCacheDir } from './cache-folder.js';

export interface CleanCacheOptions extends CallOptions {
  /** Default: `CAIRN_CACHE_DIR`, else `cairn` in the user's folder for caches. */
  readonly cacheDir?: string | undefined;
  /** What may stay, in bytes. Default: all. */
  readonly maxBytes?: number | undefined;
  /** Whether to remove nothing and only say what would be. Default: `false`. */
  readonly dryRun?: boolean | undefined;
}

/** What a cache takes, and what was removed of it. */
export interface CacheReport {
  readonly folder: string;
  /** What is left, in bytes. */
  readonly bytes: number;
  readonly files: number;
  readonly freedBytes: number;
}

/** Packs that were written to a moment ago are on their way to a server. */
const packAgeMs = 3_600_000;

/**
 * Looks at the cache of this user, and removes from it what was not used for longest. All of it may go at any time: what is
 * missing is fetched or read again.
 */
export async function cleanCache(options: CleanCacheOptions = {}): Promise<CacheReport> {
  const { maxBytes = Number.POSITIVE_INFINITY, dryRun = false, signal } = options;
  const folder = resolve(options.cacheDir ?? defaultCacheDir());
  const files = await filesIn(folder);
  let left = files.reduce((sum, { size }) => sum + size, 0);
  let [count, freedBytes] = [files.length, 0];
  files.sort((a, b) => a.usedAt - b.usedAt);
  for (const { path, size } of files) {
    signal?.throwIfAborted();
    if (left <= maxBytes) break;
    const isGone = dryRun || (await unlink(path).then(yes, () => false));
    if (!isGone) continue;
    left -= size;
    freedBytes += size;
    count--;
  }
  return { folder, bytes: left, files: count, freedBytes };
}

interface CachedFile {
  readonly path: string;
  readonly size: number;
  readonly usedAt: number;
}

async function filesIn(folder: string): Promise<CachedFile[]> {
  const found: CachedFile[] = [];
  const items = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const packs = join(folder, 'packs') + sep;
  for (const item of items) {
    if (!item.isFile()) continue;
    const path = join(item.parentPath, item.name);
    // One that is gone by now takes nothing.
    const stats = await stat(path).catch(() => undefined);
    if (stats === undefined) continue;
    if (path.startsWith(packs) && Date.now() - stats.mtimeMs < packAgeMs) continue;
    found.push({ path, size: stats.size, usedAt: Math.max(stats.atimeMs, stats.mtimeMs) });
  }
  return found;
}

function yes(): true {
  return true;
}
