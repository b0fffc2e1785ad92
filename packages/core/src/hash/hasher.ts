import { loadBackend } from '#hash-backend';
import type { ContentAlgorithm, ContentDigest } from '../digest.js';

/** A hash in progress. Not usable after `digest()`. */
export interface IncrementalHash {
  update(bytes: Uint8Array): void;
  digest(): ContentDigest;
}

/** Synchronous hashing with one algorithm. Many incremental hashes may be in progress at once. */
export interface Hasher {
  readonly algorithm: ContentAlgorithm;
  /** What does the work here: a prebuilt native add-on, WebAssembly, or `node:crypto`. */
  readonly implementation: 'native' | 'wasm' | 'node';
  hash(bytes: Uint8Array): ContentDigest;
  create(): IncrementalHash;
}

const loaded = new Map<ContentAlgorithm, Promise<Hasher>>();

/**
 * Loads the fastest implementation of an algorithm that this runtime has; memoised.
 *
 * In Node, BLAKE3 is native where the optional add-on is installed and WebAssembly otherwise; elsewhere both
 * algorithms are WebAssembly.
 */
export function loadHasher(algorithm: ContentAlgorithm = 'blake3'): Promise<Hasher> {
  let hasher = loaded.get(algorithm);
  if (hasher === undefined) {
    hasher = loadBackend(algorithm);
    loaded.set(algorithm, hasher);
  }
  return hasher;
}
