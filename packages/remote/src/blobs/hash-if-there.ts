import type { CallOptions, ContentDigest, Hasher } from '@cairn/core';
import { readFileChunks } from '@cairn/file';

/** The digest of a file's bytes; `undefined` when it can't be read, but perhaps replaced. */
export async function hashIfThere(
  path: string,
  hasher: Hasher,
  { signal }: CallOptions,
): Promise<ContentDigest | undefined> {
  try {
    const hash = hasher.create();
    for await (const chunk of readFileChunks(path, { signal })) hash.update(chunk);
    return hash.digest();
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
