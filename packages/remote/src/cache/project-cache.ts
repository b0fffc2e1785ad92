import { join } from 'node:path';
import type { Hasher } from '@cairn/core';
import { type OwnMemory, openOwnMemory } from '@cairn/store/engine';
import { type BlobCache, blobCache } from './blob-cache.js';
import { make } from './cache-folder.js';

/** What this machine remembers of a project of a server. */
export interface ProjectCache {
  readonly blobs: BlobCache;
  /** Which bytes files had that were sent; `undefined` when nothing can be remembered. */
  sent(): Promise<OwnMemory | undefined>;
  /** Which bytes files had that were fetched. */
  fetched(): Promise<OwnMemory | undefined>;
  close(): Promise<void>;
}

/** Makes and opens nothing before it is needed. */
export function projectCache(folder: string, maxBytes: number, hasher: Hasher): ProjectCache {
  const blobs = blobCache(join(folder, 'blobs'), maxBytes, hasher);
  const memories = new Map<string, Promise<OwnMemory | undefined>>();
  const memory = (name: string) => {
    const opened = memories.get(name) ?? openMemory(folder, name);
    memories.set(name, opened);
    return opened;
  };
  return {
    blobs,
    sent: () => memory('sent.db'),
    fetched: () => memory('fetched.db'),
    async close() {
      await Promise.all([...memories.values()].map(async (opened) => (await opened)?.close()));
      memories.clear();
      await blobs.trim();
    },
  };
}

async function openMemory(folder: string, name: string): Promise<OwnMemory | undefined> {
  if (!(await make(folder))) return undefined;
  return openOwnMemory(join(folder, name)).catch(() => undefined);
}
