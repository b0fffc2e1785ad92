import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CairnError, type ContentDigest, type FileStamp } from '@cairn/core';
import { memoryBlobStore } from '@cairn/core/memory';
import type { BlobStoreFixture } from '../blob-store/fixture.js';
import { readStamped, writeWhole } from './local-files.js';
import type { Mutant } from './mutant.js';

/** A store that reads the files it is given by other means. */
function readsFiles(
  name: string,
  readFile: (path: string, stamp: FileStamp | undefined) => AsyncIterable<Uint8Array>,
): Mutant<BlobStoreFixture> {
  return {
    name,
    of: (honest) => ({ ...honest, blobs: memoryBlobStore({ readFile, writeFile: writeWhole }) }),
  };
}

/** A store that looks only at some of what a stamp says. */
function compares(name: string, ...keys: (keyof FileStamp)[]): Mutant<BlobStoreFixture> {
  return readsFiles(name, async function* (path, stamp) {
    const now: FileStamp = await stat(path).catch((cause) => {
      throw new CairnError('not_found', `no file ${path}`, { cause });
    });
    if (stamp !== undefined && keys.some((key) => now[key] !== stamp[key])) {
      throw new CairnError('source_changed', `${path} has changed`);
    }
    yield* readStamped(path, undefined);
  });
}

/** A store that writes files by other means. */
function writesFiles(
  name: string,
  writeFile: (path: string, bytes: Uint8Array) => Promise<boolean>,
): Mutant<BlobStoreFixture> {
  return {
    name,
    of: (honest) => ({ ...honest, blobs: memoryBlobStore({ readFile: readStamped, writeFile }) }),
  };
}

/** A store that meets damage in another way. */
function meetsDamage(
  name: string,
  of: (honest: BlobStoreFixture, damaged: Set<ContentDigest>) => Partial<BlobStoreFixture['blobs']>,
): Mutant<BlobStoreFixture> {
  return {
    name,
    of(honest) {
      const damaged = new Set<ContentDigest>();
      return {
        ...honest,
        blobs: { ...honest.blobs, ...of(honest, damaged) },
        async damage(digest) {
          damaged.add(digest);
          await honest.damage?.(digest);
        },
      };
    },
  };
}

const sources: readonly Mutant<BlobStoreFixture>[] = [
  readsFiles('reads the first MiB of a file', async function* (path, stamp) {
    for await (const bytes of readStamped(path, stamp)) yield bytes.subarray(0, 1_048_576);
  }),
  readsFiles('stores the path instead of the file', async function* (path, stamp) {
    for await (const _ of readStamped(path, stamp));
    yield new TextEncoder().encode(path);
  }),
  readsFiles('refuses every file that has a stamp', async function* (path, stamp) {
    if (stamp !== undefined) throw new CairnError('source_changed', `${path} has changed`);
    yield* readStamped(path, stamp);
  }),
  compares('looks at no stamp'),
  compares('looks at the size of a stamp only', 'size'),
  compares('looks at the size and the time of a stamp only', 'size', 'mtimeMs'),
  readsFiles('takes a missing file for an empty one', async function* (path, stamp) {
    try {
      yield* readStamped(path, stamp);
    } catch (error) {
      if (!CairnError.is(error, 'not_found')) throw error;
    }
  }),
  readsFiles('passes on what the file system says', async function* (path, stamp) {
    if (stamp !== undefined) return yield* readStamped(path, stamp);
    yield new Uint8Array(await readFile(path));
  }),
];

const copies: readonly Mutant<BlobStoreFixture>[] = [
  writesFiles('makes no file of an empty blob', async (path, bytes) => {
    return bytes.length === 0 ? true : writeWhole(path, bytes);
  }),
  writesFiles('writes every file again', async (path, bytes) => {
    await rm(path, { force: true });
    return writeWhole(path, bytes);
  }),
  writesFiles('takes a file of the same size for the right one', async (path, bytes) => {
    const size = await stat(path).then(
      (found) => found.size,
      () => undefined,
    );
    return size === bytes.length ? false : writeWhole(path, bytes);
  }),
  writesFiles('writes through a link', async (path, bytes) => {
    await writeFile(path, bytes);
    return true;
  }),
  writesFiles('takes a link to the right file for the right file', async (path, bytes) => {
    const found = await readFile(path).catch(() => undefined);
    return found !== undefined && Buffer.compare(found, bytes) === 0 ? false : writeWhole(path, bytes);
  }),
  writesFiles('leaves its temporary files behind', async (path, bytes) => {
    await writeFile(join(dirname(path), `.${basename(path)}.tmp`), bytes);
    return writeWhole(path, bytes);
  }),
  {
    name: 'makes equal files one file with two names',
    of(honest) {
      const madeOf = new Map<string, string>();
      const writeFile = async (path: string, bytes: Uint8Array) => {
        const key = bytes.join();
        const twin = bytes.length > 1000 ? madeOf.get(key) : undefined;
        madeOf.set(key, path);
        if (twin === undefined) return writeWhole(path, bytes);
        await rm(path, { force: true });
        await link(twin, path);
        return true;
      };
      return { ...honest, blobs: memoryBlobStore({ readFile: readStamped, writeFile }) };
    },
  },
  {
    name: 'removes the file before it looks for the blob',
    of: (honest) => ({
      ...honest,
      blobs: {
        ...honest.blobs,
        async *copyTo(files) {
          for await (const file of files) {
            await rm(file.path, { force: true });
            yield* honest.blobs.copyTo([file]);
          }
        },
      },
    }),
  },
  {
    name: 'copies after 100 files only what it likes',
    of: (honest) => ({
      ...honest,
      blobs: {
        ...honest.blobs,
        async *copyTo(files, options) {
          for await (const result of honest.blobs.copyTo(files, options)) {
            yield result.index < 100 ? result : { ...result, index: 100 };
          }
        },
      },
    }),
  },
  {
    name: 'writes a file in two goes under one temporary name',
    of(honest) {
      const busy = new Set<string>();
      const writeFile = async (path: string, bytes: Uint8Array) => {
        if (busy.has(path)) throw new CairnError('conflict', `${path} is being written`);
        busy.add(path);
        try {
          return await writeWhole(path, bytes);
        } finally {
          busy.delete(path);
        }
      };
      return { ...honest, blobs: memoryBlobStore({ readFile: readStamped, writeFile }) };
    },
  },
];

const damages: readonly Mutant<BlobStoreFixture>[] = [
  {
    name: 'does not hash what it reads',
    of(honest) {
      const { blobs, damage, ...rest } = honest;
      return { ...rest, blobs, damage: async () => {} };
    },
  },
  meetsDamage('checks whole blobs only', ({ blobs }, damaged) => ({
    async *open(digest, options) {
      if (options?.range !== undefined && damaged.has(digest)) yield new Uint8Array(100);
      else yield* blobs.open(digest, options);
    },
  })),
  meetsDamage('puts nothing where something is', ({ blobs }, damaged) => ({
    async *open(digest, options) {
      if (damaged.has(digest)) throw new CairnError('integrity_mismatch', `${digest} is damaged`);
      yield* blobs.open(digest, options);
    },
  })),
  meetsDamage('closes once something is damaged', ({ blobs }, damaged) => ({
    async *open(digest, options) {
      if (damaged.size > 0) throw new CairnError('integrity_mismatch', 'the store is damaged');
      yield* blobs.open(digest, options);
    },
  })),
  meetsDamage('copies without hashing', ({ blobs }, damaged) => ({
    async *copyTo(files, options) {
      for await (const { digest, path } of files) {
        if (!damaged.has(digest)) yield* blobs.copyTo([{ digest, path }], options);
        else await writeFile(path, 'damaged bytes');
      }
    },
  })),
];

export const blobFileMutants: readonly Mutant<BlobStoreFixture>[] = [...sources, ...copies, ...damages];
