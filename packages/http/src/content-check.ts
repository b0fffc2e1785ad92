import { createHash } from 'node:crypto';
import { CairnError, loadHasher, parseDigest, quote, type ReferenceEntry } from '@cairn/core';

/**
 * Passes the bytes of a whole resource on, and hashes them if a content digest is recorded.
 *
 * @throws CairnError `integrity_mismatch` at the end, when they don't hash to it.
 */
export async function* checkContent(
  { uri, digest }: ReferenceEntry,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  const hash = await hashLike(digest);
  for await (const chunk of chunks) {
    hash?.update(chunk);
    yield chunk;
  }
  const found = hash?.digest();
  if (found === undefined || found === digest) return;
  throw new CairnError(
    'integrity_mismatch',
    `the bytes of ${quote(uri)} hash to ${found}, and ${digest} is recorded`,
    {
      hint: 'They are not the ones that were recorded; discard them.',
    },
  );
}

interface Hash {
  update(bytes: Uint8Array): unknown;
  digest(): string;
}

async function hashLike(digest: string): Promise<Hash | undefined> {
  const { scheme } = parseDigest(digest);
  if (scheme === 'sha256' || scheme === 'blake3') return (await loadHasher(scheme)).create();
  if (scheme !== 'md5') return undefined;
  const hash = createHash('md5');
  return { update: (bytes) => hash.update(bytes), digest: () => `md5:${hash.digest('hex')}` };
}
