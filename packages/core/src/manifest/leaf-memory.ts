import type { CallOptions } from '../bytes.js';
import type { ContentDigest } from '../digest.js';
import type { LeafRef } from './index-blob.js';
import type { Leaf } from './leaf.js';

type OpenLeaf = (ref: LeafRef, options?: CallOptions) => Promise<Leaf>;

/** Opens leaves, and keeps those in memory that were asked for last. */
export function rememberLeaves(open: OpenLeaf, limit: number): OpenLeaf {
  if (limit === 0) return open;
  const kept = new Map<ContentDigest, Leaf>();
  return async (ref, options) => {
    const leaf = kept.get(ref.digest) ?? (await open(ref, options));
    // What was asked for last goes to the end.
    kept.delete(ref.digest);
    kept.set(ref.digest, leaf);
    const [oldest] = kept.keys();
    if (kept.size > limit && oldest !== undefined) kept.delete(oldest);
    return leaf;
  };
}
