import { createHash } from 'node:crypto';
import type { ContentAlgorithm } from '../digest.js';
import type { Hasher } from './hasher.js';

/** `node:crypto` for SHA-256; for BLAKE3 the native add-on, or WebAssembly where there is none for this platform. */
export async function loadBackend(algorithm: ContentAlgorithm): Promise<Hasher> {
  if (algorithm === 'sha256') return nodeSha256;
  const addon = await import('@napi-rs/blake-hash').catch(() => undefined);
  if (addon !== undefined) return nativeBlake3(addon);
  // Only where it is needed: importing it takes longer than all of core.
  const { loadWasm } = await import('./wasm.js');
  return loadWasm(algorithm);
}

const nodeSha256: Hasher = {
  algorithm: 'sha256',
  implementation: 'node',
  hash: (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  create() {
    const hash = createHash('sha256');
    return {
      update: (bytes) => void hash.update(bytes),
      digest: () => `sha256:${hash.digest('hex')}`,
    };
  },
};

function nativeBlake3({ blake3, Blake3Hasher }: typeof import('@napi-rs/blake-hash')): Hasher {
  return {
    algorithm: 'blake3',
    implementation: 'native',
    hash: (bytes) => `blake3:${blake3(bytes).toString('hex')}`,
    create() {
      const hash = new Blake3Hasher();
      return {
        update: (bytes) => void hash.update(bytes),
        digest: () => `blake3:${hash.digest('hex')}`,
      };
    },
  };
}
