import { posix } from 'node:path';
import { CairnError, type ObjectInfo, type ObjectStore } from '@cairn/core';
import { collect } from '../../helpers.js';
import { lie, type ObjectStoreMutant } from './lie.js';

/** A store that keeps objects under other keys than it was given, and finds them there again. */
function renames(name: string, rename: (key: string) => string): ObjectStoreMutant {
  return lie(name, ({ put, open, stat, list, delete: remove }) => ({
    put: async (key, body, options) => ({ ...(await put(rename(key), body, options)), key }),
    open: (key, options) => open(rename(key), options),
    async stat(key, options) {
      const info = await stat(rename(key), options);
      return info && { ...info, key };
    },
    list: (prefix, options) => list(prefix, options),
    async delete(keys, options) {
      await remove((await collect(keys)).map(rename), options);
    },
  }));
}

/** A store that lists something else. */
function lists(
  name: string,
  instead: (
    list: ObjectStore['list'],
    prefix: string,
    found: ObjectInfo[],
  ) => ObjectInfo[] | Promise<ObjectInfo[]>,
): ObjectStoreMutant {
  return lie(name, ({ list }) => ({
    async *list(prefix, options) {
      yield* await instead(list, prefix, await collect(list(prefix, options)));
    },
  }));
}

function decode(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

export const keysMutants: readonly ObjectStoreMutant[] = [
  renames('decodes keys as if they were URLs', decode),
  renames('takes upper and lower case for the same', (key) => key.toLowerCase()),
  renames('takes keys for paths', (key) => posix.normalize(key)),
  renames('cuts the parts of keys at 255 characters', (key) =>
    key
      .split('/')
      .map((part) => part.slice(0, 255))
      .join('/'),
  ),
  lists('lists keys in the order of UTF-16', (_list, _prefix, found) =>
    found.sort((a, b) => (a.key < b.key ? -1 : 1)),
  ),
  lists('finds nothing to be an error', (_list, prefix, found) => {
    if (found.length === 0) throw new CairnError('not_found', `nothing starts with ${prefix}`);
    return found;
  }),
  lists('takes a prefix for a folder', (list, prefix) =>
    collect(list(prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`)),
  ),
  lists('lists no object without bytes', (_list, _prefix, found) => found.filter(({ size }) => size > 0)),
  lists('lists one page', (_list, _prefix, found) => found.slice(0, 1000)),
  lie('lists though it is aborted', ({ list }) => ({ list: (prefix) => list(prefix) })),
  lie('deletes what is under a key as well', ({ delete: remove, list }) => ({
    async delete(keys, options) {
      for await (const key of keys) {
        await remove([key], options);
        for await (const { key: under } of list(`${key}/`)) await remove([under]);
      }
    },
  })),
  lie('finds it to be an error that there is nothing to delete', ({ delete: remove, stat }) => ({
    async delete(keys, options) {
      for await (const key of keys) {
        if ((await stat(key)) === undefined) throw new CairnError('not_found', `there is no ${key}`);
        await remove([key], options);
      }
    },
  })),
  lie('deletes one page', ({ delete: remove }) => ({
    async delete(keys, options) {
      await remove((await collect(keys)).slice(0, 1000), options);
    },
  })),
];
