import { createHash } from 'node:crypto';
import { type Digest, type IncrementalHash, loadHasher, parseDigest } from '@cairn/core';
import { readFileChunks } from '@cairn/file';

/** What recomputes a digest of some kind. */
export interface Recomputing extends Pick<IncrementalHash, 'update'> {
  digest(): Digest;
}

/** What recomputes this digest, or `undefined` where that can't be done here. */
export async function recompute(digest: Digest): Promise<Recomputing | undefined> {
  const { scheme } = parseDigest(digest);
  if (scheme === 'blake3' || scheme === 'sha256') return (await loadHasher(scheme)).create();
  if (scheme !== 'md5') return undefined;
  const md5 = createHash('md5');
  return { update: (bytes) => void md5.update(bytes), digest: () => `md5:${md5.digest('hex')}` };
}

/** Whether a file, which must be no link, has the bytes of a digest; `undefined` where nobody can tell. */
export async function fileMatches(
  path: string,
  digest: Digest,
  signal?: AbortSignal,
): Promise<boolean | undefined> {
  const hash = await recompute(digest);
  if (hash === undefined) return undefined;
  for await (const chunk of readFileChunks(path, { signal, noFollow: true })) hash.update(chunk);
  return hash.digest() === digest;
}
