import {
  CairnError,
  checkPath,
  defaultStoragePolicy,
  type FileToStore,
  readAll,
  type StoredFile,
} from '@cairn/core';
import { collect } from '../../helpers.js';
import { lie, made, type StoragePolicyMutant } from './lie.js';

/** A policy that stores something else. */
function stores(name: string, instead: (file: FileToStore) => FileToStore): StoragePolicyMutant {
  return lie(name, ({ storeFiles }) => ({
    async *storeFiles(files, options) {
      async function* others() {
        for await (const file of files) yield instead(file);
      }
      yield* storeFiles(others(), options);
    },
  }));
}

/** A policy that tells something else than what became of a file. */
function reports(name: string, instead: (stored: StoredFile) => StoredFile): StoragePolicyMutant {
  return lie(name, ({ storeFiles }) => ({
    async *storeFiles(files, options) {
      for await (const stored of storeFiles(files, options)) yield instead(stored);
    },
  }));
}

function isPath(path: string): boolean {
  try {
    return checkPath(path) === path;
  } catch {
    return false;
  }
}

export const filesMutants: readonly StoragePolicyMutant[] = [
  lie('opens the first MiB of a file', ({ openFile }) => ({
    async *openFile(entry, options) {
      for await (const bytes of openFile(entry, options)) yield bytes.subarray(0, 1_048_576);
    },
  })),
  lie('includes the end of a range', ({ openFile }) => ({
    openFile(entry, { range, signal } = {}) {
      const end = range?.end === undefined ? undefined : range.end + 1;
      return openFile(entry, { range: range && { start: range.start, end }, signal });
    },
  })),
  stores('stores nothing of a stream', ({ path, source }) => ({
    path,
    source: source.kind === 'stream' ? { kind: 'bytes', bytes: new Uint8Array() } : source,
  })),
  reports('calls everything created', ({ entry }) => ({ entry, created: true })),
  lie('takes what the store is done with first for the first file', (_, { blobs }) => ({
    async *storeFiles(files, options) {
      const all: FileToStore[] = [];
      async function* sources() {
        for await (const file of files) {
          all.push({ ...file, path: checkPath(file.path) });
          yield file.source;
        }
      }
      let done = 0;
      for await (const { digest, size, created } of blobs.put(sources(), options)) {
        yield { entry: { kind: 'file', path: all[done++]?.path ?? '', digest, size }, created };
      }
    },
  })),
  lie('takes only files that are there at once', ({ storeFiles }) => ({
    storeFiles: (files, options) => storeFiles(Symbol.iterator in files ? files : [], options),
  })),
  stores('mends paths', ({ path, source }) => ({ path: isPath(path) ? path : 'mended', source })),
  stores('takes plain paths only', ({ path, source }) => {
    if (!/^[\w/][\w/.-]*$/.test(path)) throw new CairnError('path_invalid', `${path} is odd`);
    return { path, source };
  }),
  lie('hides the error of a stream behind its own', ({ storeFiles }) => ({
    async *storeFiles(files, options) {
      try {
        yield* storeFiles(files, options);
      } catch (error) {
        if (CairnError.is(error) || options?.signal?.aborted === true) throw error;
        throw new CairnError('unavailable', 'something went wrong');
      }
    },
  })),
  lie('looks at no signal while it stores', ({ storeFiles }) => ({
    storeFiles: (files, options) => storeFiles(files, { ...options, signal: undefined }),
  })),
  lie('says that it wrote every file', ({ loadFiles }) => ({
    async *loadFiles(files, options) {
      for await (const { entry } of loadFiles(files, options)) yield { entry, written: true };
    },
  })),
  lie('takes what the store is done with first for the first local file', ({ loadFiles }) => ({
    async *loadFiles(files, options) {
      const all = await collect(files);
      let done = 0;
      for await (const loaded of loadFiles(all, options)) {
        yield { ...loaded, entry: all[done++]?.entry ?? loaded.entry };
      }
    },
  })),
  lie('takes a file that was not stored for an empty one', ({ openFile }) => ({
    async *openFile(entry, options) {
      const bytes = await readAll(openFile(entry, options)).catch((error: unknown) => {
        if (CairnError.is(error, 'not_found')) return new Uint8Array();
        throw error;
      });
      yield bytes;
    },
  })),
  lie('has a config that it does not understand', () => ({ config: () => ({ format: 2 }) })),
  made('takes any config', (context) => defaultStoragePolicy.create({ ...context, config: {} })),
];
