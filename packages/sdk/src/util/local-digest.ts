import { createHash } from 'node:crypto';
import { type Digest, loadHasher, parseDigest } from '@cairn/core';
import { readFileChunks } from '@cairn/file';

/** Takes bytes and says at the end what they hash to. */
export interface Check {
  update(bytes: Uint8Array): void;
  /** In the algorithm of the digest that is expected. */
  digest(): Digest;
}

/** What recomputes a digest, or `undefined` where that can't be done here. */
export async function checkFor(expected: Digest): Promise<Check | undefined> {
  const { scheme } = parseDigest(expected);
  if (scheme === 'blake3' || scheme === 'sha256') return (await loadHasher(scheme)).create();
  if (scheme !== 'md5') return undefined;
  const md5 = createHash('md5');
  return { update: (bytes) => void md5.update(bytes), digest: () => `md5:${md5.digest('hex')}` };
}

/** Whether a file, which must be no link, has the bytes of a digest; `undefined` where nobody can tell. */
export async function fileMatches(
  path: string,
  expected: Digest,
  signal?: AbortSignal,
): Promise<boolean | undefined> {
  const check = await checkFor(expected);
  if (check === undefined) return undefined;
  for await (const chunk of readFileChunks(path, { signal, noFollow: true })) check.update(chunk);
  return check.digest() === expected;
}
