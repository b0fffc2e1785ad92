import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CairnError } from '@cairn/core';
import { writeWhole } from '../../local-files.js';
import { memoryBlobStoreFixture } from './fixture.js';
import { type BlobStoreMutant, lie } from './lie.js';

/** A store that writes files by other means. */
function writesFiles(
  name: string,
  makeWriter: () => (path: string, bytes: Uint8Array) => Promise<boolean>,
): BlobStoreMutant {
  return { name, make: () => memoryBlobStoreFixture({ writeFile: makeWriter() }) };
}

export const copyingMutants: readonly BlobStoreMutant[] = [
  writesFiles('makes no file of an empty blob', () => async (path, bytes) => {
    return bytes.length === 0 ? true : writeWhole(path, bytes);
  }),
  writesFiles('writes every file again', () => async (path, bytes) => {
    await rm(path, { force: true });
    return writeWhole(path, bytes);
  }),
  writesFiles('takes a file of the same size for the right one', () => async (path, bytes) => {
    const { size } = await stat(path).catch(() => ({ size: undefined }));
    return size === bytes.length ? false : writeWhole(path, bytes);
  }),
  writesFiles('writes through a link', () => async (path, bytes) => {
    await writeFile(path, bytes);
    return true;
  }),
  writesFiles('takes a link to the right file for the right file', () => async (path, bytes) => {
    const found = await readFile(path).catch(() => undefined);
    return found !== undefined && Buffer.compare(found, bytes) === 0 ? false : writeWhole(path, bytes);
  }),
  writesFiles('leaves its temporary files behind', () => async (path, bytes) => {
    await writeFile(join(dirname(path), `.${basename(path)}.tmp`), bytes);
    return writeWhole(path, bytes);
  }),
  writesFiles('makes equal files one file with two names', () => {
    const madeOf = new Map<string, string>();
    return async (path, bytes) => {
      const key = `${bytes.length} ${bytes.subarray(0, 16).join()}`;
      const twin = madeOf.get(key) ?? path;
      madeOf.set(key, path);
      if (twin === path) return writeWhole(path, bytes);
      await rm(path, { force: true });
      await link(twin, path);
      return true;
    };
  }),
  writesFiles('lets only one caller make a file', () => {
    const busy = new Set<string>();
    return async (path, bytes) => {
      if (busy.has(path)) throw new CairnError('conflict', `${path} is being written`);
      busy.add(path);
      const written = await writeWhole(path, bytes);
      busy.delete(path);
      return written;
    };
  }),
  lie('removes the file before it looks for the blob', ({ has, copyTo }) => ({
    async *copyTo(files, options) {
      async function* cleared() {
        for await (const file of files) {
          if ((await has([file.digest])).size === 0) await rm(file.path, { force: true });
          yield file;
        }
      }
      yield* copyTo(cleared(), options);
    },
  })),
  lie('empties what it takes for a new folder', ({ copyTo }) => ({
    async *copyTo(files, options) {
      const emptied = new Set<string>();
      async function* alone() {
        for await (const file of files) {
          const folder = dirname(file.path);
          if (file.isFolderNew && !emptied.has(folder)) {
            await rm(folder, { recursive: true });
            await mkdir(folder);
            emptied.add(folder);
          }
          yield file;
        }
      }
      yield* copyTo(alone(), options);
    },
  })),
  lie('leaves a folder beside a new one', ({ copyTo }) => ({
    async *copyTo(files, options) {
      async function* beside() {
        for await (const file of files) {
          if (file.isFolderNew) await mkdir(`${dirname(file.path)}.tmp`, { recursive: true });
          yield file;
        }
      }
      yield* copyTo(beside(), options);
    },
  })),
  lie('starts the index again every 25 files', ({ copyTo }) => ({
    async *copyTo(files, options) {
      for await (const result of copyTo(files, options)) yield { ...result, index: result.index % 25 };
    },
  })),
  lie('looks at no signal while it copies', ({ copyTo }) => ({ copyTo: (files) => copyTo(files) })),
  lie('takes what to copy by hand and closes it never', ({ copyTo }) => ({
    copyTo(files, options) {
      const taken = Symbol.asyncIterator in files ? files[Symbol.asyncIterator]() : files[Symbol.iterator]();
      return copyTo({ [Symbol.asyncIterator]: () => ({ next: async () => taken.next() }) }, options);
    },
  })),
];
