import { CairnError, type ContentDigest, readAll, type Source } from '@cairn/core';
import { memoryBlobStoreFixture } from './fixture.js';
import { type BlobStoreMutant, lie } from './lie.js';

/** A store that puts other bytes than it was given. */
function storesInstead(name: string, instead: (bytes: Uint8Array) => Uint8Array): BlobStoreMutant {
  return lie(name, ({ put }) => ({
    put(sources, options) {
      async function* others(): AsyncIterable<Source> {
        for await (const source of sources) {
          if (source.kind === 'bytes') yield { kind: 'bytes', bytes: instead(source.bytes) };
          else if (source.kind === 'path') yield source;
          else yield { kind: 'bytes', bytes: instead(await readAll(source.open())) };
        }
      }
      return put(others(), options);
    },
  }));
}

export const puttingMutants: readonly BlobStoreMutant[] = [
  lie('fails on an empty batch', ({ put }) => ({
    async *put(sources, options) {
      let count = 0;
      for await (const result of put(sources, options)) {
        count++;
        yield result;
      }
      if (count === 0) throw new CairnError('not_found', 'there is nothing to store');
    },
  })),
  lie('has no blob without bytes', ({ has, open }) => ({
    has: async (digests) =>
      new Set([...(await has(digests))].filter((digest) => !digest.startsWith('blake3:af1349b9'))),
    async *open(digest, options) {
      let length = 0;
      for await (const chunk of open(digest, options)) {
        length += chunk.length;
        yield chunk;
      }
      if (length === 0 && options?.range === undefined)
        throw new CairnError('not_found', `no blob ${digest}`);
    },
  })),
  lie('takes a stream without bytes for a broken one', ({ put }) => ({
    put(sources, options) {
      async function* checked(): AsyncIterable<Source> {
        for await (const source of sources) {
          if (source.kind !== 'stream') yield source;
          else {
            const bytes = await readAll(source.open());
            if (bytes.length === 0) throw new CairnError('unavailable', 'the stream gave nothing');
            yield { kind: 'bytes', bytes };
          }
        }
      }
      return put(checked(), options);
    },
  })),
  storesInstead('loses the last byte of a full page', (bytes) =>
    bytes.length % 4096 === 0 ? bytes.subarray(0, -1) : bytes,
  ),
  storesInstead('takes a single zero byte for nothing', (bytes) =>
    bytes.length === 1 && bytes[0] === 0 ? new Uint8Array() : bytes,
  ),
  storesInstead('cuts at 4 MiB', (bytes) => bytes.subarray(0, 4 * 1024 * 1024)),
  storesInstead('stores the buffer behind a view', (bytes) =>
    bytes.length < 100 ? new Uint8Array(bytes.buffer) : bytes,
  ),
  lie("keeps the caller's bytes instead of a copy", ({ put, open }) => {
    const kept = new Map<number, Uint8Array>();
    const keptBy = new Map<ContentDigest, Uint8Array>();
    return {
      async *put(sources, options) {
        async function* watched() {
          let index = 0;
          for await (const source of sources) {
            if (source.kind === 'bytes') kept.set(index++, source.bytes);
            yield source;
          }
        }
        for await (const result of put(watched(), options)) {
          const bytes = kept.get(result.index);
          if (bytes !== undefined) keptBy.set(result.digest, bytes);
          yield result;
        }
      },
      async *open(digest, options) {
        const bytes = options?.range === undefined ? keptBy.get(digest) : undefined;
        for await (const chunk of open(digest, options)) yield bytes?.slice() ?? chunk;
      },
    };
  }),
  storesInstead("wipes the caller's bytes", (bytes) => {
    const copy = bytes.slice();
    bytes.fill(0);
    return copy;
  }),
  {
    name: 'names bytes in another algorithm than it says',
    make() {
      const { blobs, ...rest } = memoryBlobStoreFixture({ algorithm: 'sha256' });
      return { ...rest, blobs: { ...blobs, algorithm: 'blake3' } };
    },
  },
  lie('opens a stream once to look and once to read', ({ put }) => ({
    put(sources, options) {
      async function* looked(): AsyncIterable<Source> {
        for await (const source of sources) {
          if (source.kind === 'stream') source.open();
          yield source;
        }
      }
      return put(looked(), options);
    },
  })),
  lie('counts the bytes from the start each time', ({ put }) => ({
    put(sources, options) {
      let total = 0;
      const onBytes = (count: number) => {
        total += count;
        options?.onBytes?.(total);
      };
      return put(sources, { ...options, onBytes });
    },
  })),
];
