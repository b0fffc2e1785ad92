import { CairnError, type ObjectStore, readAll } from '@cairn/core';
import { lie, type ObjectStoreMutant } from './lie.js';

/** A store that opens objects in another manner. */
function opens(name: string, open: (honest: ObjectStore) => ObjectStore['open']): ObjectStoreMutant {
  return lie(name, (honest) => ({ open: open(honest) }));
}

export const readingMutants: readonly ObjectStoreMutant[] = [
  lie('takes a folder for an object', ({ stat, list }) => ({
    async stat(key, options) {
      for await (const _ of list(`${key}/`, options)) return { key, size: 0 };
      return stat(key, options);
    },
  })),
  opens('includes the end of a range', ({ open }) => (key, { range, signal } = {}) => {
    if (range?.end === undefined) return open(key, { range, signal });
    return open(key, { range: { start: range.start, end: range.end + 1 }, signal });
  }),
  opens('refuses a range that ends beyond the end', ({ open, stat }) => {
    return async function* (key, options) {
      if ((options?.range?.end ?? 0) > ((await stat(key))?.size ?? 0)) throw new RangeError('beyond the end');
      yield* open(key, options);
    };
  }),
  opens('refuses a range that holds nothing', ({ open }) => {
    return async function* (key, options) {
      let length = 0;
      for await (const chunk of open(key, options)) {
        length += chunk.length;
        yield chunk;
      }
      if (length === 0 && options?.range !== undefined) throw new RangeError('the range holds nothing');
    };
  }),
  opens('asks for nothing where a range is empty', ({ open }) => {
    return async function* (key, options) {
      const { start, end } = options?.range ?? { start: 0 };
      if (end === undefined || end > start) yield* open(key, options);
    };
  }),
  opens('serves ten readers', ({ open }) => {
    let readers = 0;
    return async function* (key, options) {
      if (++readers > 10) throw new CairnError('unavailable', 'too many readers');
      yield* open(key, options);
      readers--;
    };
  }),
  opens('serves a reader only after the last one came to the end', ({ open }) => {
    const broken = new Set<string>();
    return async function* (key, options) {
      if (broken.has(key)) throw new CairnError('unavailable', 'the connection is busy');
      let isWhole = false;
      try {
        yield* open(key, options);
        isWhole = true;
      } finally {
        if (!isWhole) broken.add(key);
      }
    };
  }),
  opens('hands out the bytes it keeps', ({ open, stat }) => {
    const kept = new Map<string, Uint8Array>();
    return async function* (key, options = {}) {
      const info = options.range === undefined ? await stat(key, options) : undefined;
      if (info?.size !== 1000) return yield* open(key, options);
      const bytes = kept.get(key) ?? (await readAll(open(key, options)));
      kept.set(key, bytes);
      yield bytes;
    };
  }),
  opens(
    'looks at no signal while it reads',
    ({ open }) =>
      (key, options) =>
        open(key, { range: options?.range }),
  ),
  opens('ends an aborted read as if it were whole', ({ open }) => {
    return async function* (key, options = {}) {
      options.signal?.throwIfAborted();
      const bytes = await readAll(open(key, { range: options.range }));
      for (let at = 0; at < bytes.length && options.signal?.aborted !== true; at += 65_536) {
        yield bytes.subarray(at, at + 65_536);
      }
    };
  }),
];
