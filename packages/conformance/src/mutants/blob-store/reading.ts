import { type BlobStore, CairnError, readAll } from '@cairn/core';
import { type BlobStoreMutant, lie } from './lie.js';

/** A store that reads with other options than it was given. */
function reads(name: string, open: (honest: BlobStore) => BlobStore['open']): BlobStoreMutant {
  return lie(name, (honest) => ({ open: open(honest) }));
}

export const readingMutants: readonly BlobStoreMutant[] = [
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
