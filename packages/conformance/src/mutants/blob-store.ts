import {
  type BlobStore,
  CairnError,
  type ContentDigest,
  concatBytes,
  type PutResult,
  readAll,
  type Source,
} from '@cairn/core';
import { memoryBlobStore } from '@cairn/core/memory';
import type { BlobStoreFixture } from '../blob-store/fixture.js';
import { blobFileMutants } from './blob-store-files.js';
import type { Change, Mutant } from './mutant.js';

function lie(name: string, change: Change<BlobStore>): Mutant<BlobStoreFixture> {
  return { name, of: (honest) => ({ ...honest, blobs: { ...honest.blobs, ...change(honest.blobs) } }) };
}

/** A store that puts other bytes than it was given. */
function storesInstead(name: string, instead: (bytes: Uint8Array) => Uint8Array): Mutant<BlobStoreFixture> {
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

/** A store that tells something else than what became of a source. */
function reports(name: string, other: (result: PutResult) => Partial<PutResult>): Mutant<BlobStoreFixture> {
  return lie(name, ({ put }) => ({
    async *put(sources, options) {
      for await (const result of put(sources, options)) yield { ...result, ...other(result) };
    },
  }));
}

/** A store that reads with other options than it was given. */
function reads(name: string, open: (honest: BlobStore) => BlobStore['open']): Mutant<BlobStoreFixture> {
  return lie(name, (honest) => ({ open: open(honest) }));
}

const puts: readonly Mutant<BlobStoreFixture>[] = [
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
  storesInstead("wipes the caller's bytes", (bytes) => {
    const copy = bytes.slice();
    bytes.fill(0);
    return copy;
  }),
  reports('names bytes by their size', ({ size }) => ({ digest: `blake3:${'0'.repeat(60)}${1000 + size}` })),
  {
    name: 'names bytes in another algorithm than it says',
    of: (honest) => ({
      ...honest,
      blobs: { ...memoryBlobStore({ algorithm: 'sha256' }), algorithm: 'blake3' },
    }),
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

const batches: readonly Mutant<BlobStoreFixture>[] = [
  reports('starts the index again every 256 sources', ({ index }) => ({ index: index % 256 })),
  reports('calls everything created', () => ({ created: true })),
  reports('calls nothing created', () => ({ created: false })),
  lie('takes no more than 500 sources', ({ put }) => ({
    async *put(sources, options) {
      for await (const result of put(sources, options)) {
        if (result.index === 500) return;
        yield result;
      }
    },
  })),
  lie('forgets every 100th blob', ({ put, has }) => {
    const forgotten = new Set<ContentDigest>();
    return {
      async *put(sources, options) {
        for await (const result of put(sources, options)) {
          if (result.index % 100 === 99) forgotten.add(result.digest);
          yield result;
        }
      },
      has: async (digests, options) =>
        new Set([...(await has(digests, options))].filter((digest) => !forgotten.has(digest))),
    };
  }),
  lie('takes only sources that are there at once', ({ put }) => ({
    put: (sources, options) => (Symbol.iterator in sources ? put(sources, options) : put([], options)),
  })),
  lie('lets only one caller put at a time', ({ put }) => {
    let busy = false;
    return {
      async *put(sources, options) {
        if (busy) throw new CairnError('conflict', 'someone else is putting');
        busy = true;
        try {
          yield* put(sources, options);
        } finally {
          busy = false;
        }
      },
    };
  }),
  {
    name: 'keeps blobs for this process only',
    of: (honest) => ({ ...honest, reopen: async () => memoryBlobStore() }),
  },
];

const failures: readonly Mutant<BlobStoreFixture>[] = [
  lie("hides a stream's error behind its own", ({ put }) => ({
    async *put(sources, options) {
      try {
        yield* put(sources, options);
      } catch (error) {
        if (CairnError.is(error) || options?.signal?.aborted === true) throw error;
        throw new CairnError('unavailable', 'something went wrong');
      }
    },
  })),
  lie('stores what came of a stream before it broke', ({ put }) => ({
    put(sources, options) {
      async function* rescued(): AsyncIterable<Source> {
        for await (const source of sources) {
          if (source.kind !== 'stream') yield source;
          else {
            const chunks: Uint8Array[] = [];
            let failure: { error: unknown } | undefined;
            try {
              for await (const chunk of source.open()) {
                options?.signal?.throwIfAborted();
                chunks.push(chunk.slice());
              }
            } catch (error) {
              failure = { error };
            }
            yield { kind: 'bytes', bytes: concatBytes(chunks) };
            if (failure !== undefined) throw failure.error;
          }
        }
      }
      return put(rescued(), { onBytes: options?.onBytes });
    },
  })),
  lie('takes sources by hand and closes them never', ({ put }) => ({
    put(sources, options) {
      const taken: AsyncIterator<Source> | Iterator<Source> =
        Symbol.asyncIterator in sources ? sources[Symbol.asyncIterator]() : sources[Symbol.iterator]();
      return put({ [Symbol.asyncIterator]: () => ({ next: async () => taken.next() }) }, options);
    },
  })),
  lie('is out of order after a failure', ({ put }) => {
    let broken = false;
    return {
      async *put(sources, options) {
        if (broken) throw new CairnError('unavailable', 'the queue is stuck');
        try {
          yield* put(sources, options);
        } catch (error) {
          broken = true;
          throw error;
        }
      },
    };
  }),
  lie('looks at no signal while it puts', ({ put }) => ({
    put: (sources, options) => put(sources, { onBytes: options?.onBytes }),
  })),
  lie('takes a source before it looks at the signal', ({ put }) => ({
    async *put(sources, options) {
      const all: Source[] = [];
      for await (const source of sources) {
        all.push(source);
        options?.signal?.throwIfAborted();
      }
      yield* put(all, options);
    },
  })),
];

const lookups: readonly Mutant<BlobStoreFixture>[] = [
  lie('says yes to every digest', () => ({ has: async (digests) => new Set(digests) })),
  reads('takes an unknown blob for an empty one', ({ open }) => {
    return async function* (digest, options) {
      try {
        yield* open(digest, options);
      } catch (error) {
        if (!CairnError.is(error, 'not_found')) throw error;
      }
    };
  }),
  reads('includes the end of a range', ({ open }) => (digest, { range, signal } = {}) => {
    if (range?.end === undefined) return open(digest, { range, signal });
    return open(digest, { range: { start: range.start, end: range.end + 1 }, signal });
  }),
  reads('refuses a range beyond the end', ({ open }) => {
    return async function* (digest, options = {}) {
      const bytes = await readAll(open(digest, { signal: options.signal }));
      const { start, end } = options.range ?? { start: 0, end: undefined };
      if (start > bytes.length || (end ?? 0) > bytes.length) throw new RangeError('beyond the end');
      yield* open(digest, options);
    };
  }),
  reads('reads parts of the first 4 MiB only', ({ open }) => (digest, { range, signal } = {}) => {
    const end = range === undefined ? undefined : Math.min(range.end ?? 4_194_304, 4_194_304);
    return open(digest, { range: range && { start: range.start, end }, signal });
  }),
  reads('serves ten readers', ({ open }) => {
    let readers = 0;
    return async function* (digest, options) {
      if (++readers > 10) throw new CairnError('unavailable', 'too many readers');
      yield* open(digest, options);
      readers--;
    };
  }),
  reads('hands out the bytes it keeps', ({ open }) => {
    const kept = new Map<string, Uint8Array>();
    return async function* (digest, options = {}) {
      if (options.range !== undefined) return yield* open(digest, options);
      const bytes = kept.get(digest) ?? (await readAll(open(digest, options)));
      kept.set(digest, bytes);
      yield bytes;
    };
  }),
  reads('looks at no signal while it reads', ({ open }) => (digest, options) => {
    return open(digest, { range: options?.range });
  }),
  reads('ends an aborted read as if it were whole', ({ open }) => {
    return async function* (digest, options = {}) {
      options.signal?.throwIfAborted();
      const bytes = await readAll(open(digest, { range: options.range }));
      for (let at = 0; at < bytes.length && options.signal?.aborted !== true; at += 65_536) {
        yield bytes.subarray(at, at + 65_536);
      }
    };
  }),
];

export const blobStoreMutants: readonly Mutant<BlobStoreFixture>[] = [
  ...puts,
  ...batches,
  ...failures,
  ...lookups,
  ...blobFileMutants,
];
