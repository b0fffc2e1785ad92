import { type AnyIterable, readAll } from '../bytes.js';
import { CairnError } from '../errors.js';
import { compareUtf8 } from '../path.js';
import { quote } from '../printable.js';
import type { ObjectStore } from '../seams/object-store.js';

/** A bucket that lasts as long as the process. */
export function memoryObjectStore(): ObjectStore {
  const objects = new Map<string, Uint8Array>();
  return {
    location: 'memory:',

    async put(key, body, { ifAbsent = false, signal } = {}) {
      signal?.throwIfAborted();
      const bytes = body instanceof Uint8Array ? new Uint8Array(body) : await collect(body, signal);
      if (ifAbsent && objects.has(key)) {
        throw new CairnError('conflict', `the object ${quote(key)} is there already`);
      }
      objects.set(key, bytes);
      return { key, size: bytes.length };
    },

    async *open(key, { range, signal } = {}) {
      signal?.throwIfAborted();
      const bytes = objects.get(key);
      if (bytes === undefined) throw new CairnError('not_found', `there is no object ${quote(key)}`);
      const part = bytes.slice(range?.start, range?.end);
      if (part.length > 0) yield part;
    },

    async stat(key, { signal } = {}) {
      signal?.throwIfAborted();
      const bytes = objects.get(key);
      return bytes === undefined ? undefined : { key, size: bytes.length };
    },

    async *list(prefix, { signal } = {}) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareUtf8);
      signal?.throwIfAborted();
      for (const key of keys) {
        signal?.throwIfAborted();
        const bytes = objects.get(key);
        if (bytes !== undefined) yield { key, size: bytes.length };
      }
    },

    async delete(keys, { signal } = {}) {
      signal?.throwIfAborted();
      for await (const key of keys) {
        signal?.throwIfAborted();
        objects.delete(key);
      }
    },
  };
}

function collect(body: AnyIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<Uint8Array> {
  async function* copies() {
    for await (const chunk of body) {
      signal?.throwIfAborted();
      // The producer may use its buffer again for the next chunk.
      yield new Uint8Array(chunk);
    }
  }
  return readAll(copies());
}
