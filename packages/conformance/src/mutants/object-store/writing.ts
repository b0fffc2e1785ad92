import { type AnyIterable, CairnError, concatBytes, readAll } from '@cairn/core';
import { memoryObjectStore } from '@cairn/core/memory';
import { memoryObjectStoreFixture } from './fixture.js';
import { lie, type ObjectStoreMutant } from './lie.js';

/** A store that writes other bytes than it was given as a stream. */
function streams(
  name: string,
  instead: (body: AsyncIterable<Uint8Array>) => Promise<Uint8Array>,
): ObjectStoreMutant {
  return lie(name, ({ put }) => ({
    async put(key, body, options) {
      return put(key, body instanceof Uint8Array ? body : await instead(body), options);
    },
  }));
}

async function whatCame(body: AnyIterable<Uint8Array>): Promise<{ bytes: Uint8Array; error?: unknown }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk);
  } catch (error) {
    return { bytes: concatBytes(chunks), error };
  }
  return { bytes: concatBytes(chunks) };
}

export const writingMutants: readonly ObjectStoreMutant[] = [
  lie('says sizes in KiB', ({ put }) => ({
    async put(key, body, options) {
      const info = await put(key, body, options);
      return { key, size: Math.ceil(info.size / 1024) };
    },
  })),
  lie('takes an object without bytes for none', ({ stat }) => ({
    async stat(key, options) {
      const info = await stat(key, options);
      return info?.size === 0 ? undefined : info;
    },
  })),
  streams('cuts a stream at 8 MiB', async (body) => (await readAll(body)).subarray(0, 8 * 1024 * 1024)),
  streams('refuses a stream without bytes', async (body) => {
    const bytes = await readAll(body);
    if (bytes.length === 0) throw new CairnError('unavailable', 'the stream gave nothing');
    return bytes;
  }),
  lie("keeps the caller's bytes instead of a copy", ({ put, open }) => {
    const kept = new Map<string, Uint8Array>();
    return {
      async put(key, body, options) {
        const info = await put(key, body, options);
        if (body instanceof Uint8Array) kept.set(key, body);
        else kept.delete(key);
        return info;
      },
      async *open(key, options) {
        const bytes = options?.range === undefined ? kept.get(key) : undefined;
        for await (const chunk of open(key, options)) yield bytes?.slice() ?? chunk;
      },
    };
  }),
  lie('writes over the start of a longer object', ({ put, open }) => ({
    async put(key, body, options) {
      options?.signal?.throwIfAborted();
      if (!(body instanceof Uint8Array) || options?.ifAbsent === true) return put(key, body, options);
      const before = await readAll(open(key)).catch(() => new Uint8Array());
      const info = await put(key, concatBytes([body, before.subarray(body.length)]), options);
      return { ...info, size: body.length };
    },
  })),
  lie('replaces what is to be absent', ({ put }) => ({
    put: (key, body, options) => put(key, body, { signal: options?.signal }),
  })),
  lie('looks whether an object is absent, and then writes it', ({ put, stat }) => ({
    async put(key, body, options) {
      if (options?.ifAbsent !== true) return put(key, body, options);
      if ((await stat(key)) !== undefined) throw new CairnError('conflict', `${key} is there`);
      return put(key, body, { signal: options.signal });
    },
  })),
  lie('shows an object while it is written', ({ put, open }) => {
    const written = new Set<string>();
    return {
      async put(key, body, options) {
        written.add(key);
        return put(key, body, options).finally(() => written.delete(key));
      },
      async *open(key, options) {
        for await (const chunk of open(key, options)) {
          yield written.has(key) ? chunk.subarray(0, chunk.length / 2) : chunk;
        }
      },
    };
  }),
  lie('writes what came of a body that broke', ({ put }) => ({
    async put(key, body, options) {
      if (body instanceof Uint8Array) return put(key, body, options);
      const { bytes, error } = await whatCame(body);
      const info = await put(key, bytes, options);
      if (error !== undefined) throw error;
      return info;
    },
  })),
  lie('hides the error of a body behind its own', ({ put }) => ({
    async put(key, body, options) {
      try {
        return await put(key, body, options);
      } catch (error) {
        if (CairnError.is(error) || options?.signal?.aborted === true) throw error;
        throw new CairnError('unavailable', 'something went wrong');
      }
    },
  })),
  lie('looks at no signal while it writes', ({ put }) => ({
    put: (key, body, options) => put(key, body, { ifAbsent: options?.ifAbsent }),
  })),
  {
    name: 'keeps objects for this process only',
    make: () => ({ ...memoryObjectStoreFixture(), reopen: async () => memoryObjectStore() }),
  },
];
