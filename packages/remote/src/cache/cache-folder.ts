import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ProjectRef } from '@cairn/core';
import envPaths from 'env-paths';

/** Where the cache is when nobody says otherwise. */
export function defaultCacheDir(): string {
  return process.env.CAIRN_CACHE_DIR || envPaths('cairn', { suffix: '' }).cache;
}

/** The part of the cache that is about one server. Names are hashed: they may be longer than a file's. */
export function serverFolder(cacheDir: string, location: string): string {
  return join(resolve(cacheDir), 'servers', shortHash(location));
}

export function projectFolder(server: string, { entity, project }: ProjectRef): string {
  return join(server, shortHash(`${entity}/${project}`));
}

/** A folder in which packs are made that are about to be sent: one of the cache, or where that can't be, a temporary one. */
export async function packFolder(cacheDir: string): Promise<string> {
  const folder = join(resolve(cacheDir), 'packs');
  if (await make(folder)) return folder;
  const otherwise = join(tmpdir(), `cairn-packs-${process.getuid?.() ?? 'user'}`);
  await mkdir(otherwise, { recursive: true, mode: 0o700 });
  return otherwise;
}

/** Makes a folder of the cache, for this user alone. Whether that can be done. */
export async function make(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return true;
  } catch {
    return false; // a cache is no reason to fail
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
