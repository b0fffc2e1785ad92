import type { ContentDigest, Hasher } from '@cairn/core';
import { type ReadFileOptions, readFileChunks } from './read-file.js';

/** The digest of a file's bytes. Fails as {@link readFileChunks}. */
export async function hashFile(
  path: string,
  hasher: Hasher,
  options: Omit<ReadFileOptions, 'range'>,
): Promise<ContentDigest> {
  const hash = hasher.create();
  for await (const chunk of readFileChunks(path, options)) hash.update(chunk);
  return hash.digest();
}
