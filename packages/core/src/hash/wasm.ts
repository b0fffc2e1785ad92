import { createBLAKE3, createSHA256, type IHasher } from 'hash-wasm';
import type { ContentAlgorithm, ContentDigest } from '../digest.js';
import type { Hasher, IncrementalHash } from './hasher.js';

/** A hasher over one WebAssembly instance, shared by all its incremental hashes by swapping their states in and out. */
export async function loadWasm(algorithm: ContentAlgorithm): Promise<Hasher> {
  const engine = await (algorithm === 'blake3' ? createBLAKE3() : createSHA256());
  const tag = (value: string): ContentDigest => `${algorithm}:${value}`;
  let current: WasmHash | undefined;

  class WasmHash implements IncrementalHash {
    #parked: Uint8Array | undefined;

    #enter(): IHasher {
      if (current !== this) {
        if (current !== undefined) current.#parked = engine.save();
        if (this.#parked === undefined) engine.init();
        else engine.load(this.#parked);
        current = this;
      }
      return engine;
    }

    update(bytes: Uint8Array): void {
      this.#enter().update(bytes);
    }

    digest(): ContentDigest {
      const value = this.#enter().digest('hex');
      current = undefined;
      return tag(value);
    }
  }

  return {
    algorithm,
    implementation: 'wasm',
    hash(bytes) {
      const hash = new WasmHash();
      hash.update(bytes);
      return hash.digest();
    },
    create: () => new WasmHash(),
  };
}
