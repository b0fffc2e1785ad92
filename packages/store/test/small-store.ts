import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContentDigest, loadHasher } from '@cairn/core';
import { type LocalStore, openStore } from '../src/index.js';
import { endLength, footerBytes, type PackRecord, readTable, recipeKind } from '../src/packs/pack-format.js';
import { keyOf } from '../src/packs/pack-index.js';
import { decodeRecipe, decodeRows } from '../src/packs/recipe.js';
import { randomBytes } from './maintained-store.js';

/** How many bytes the packs of a small store have together. */
export const totalBytes: number = 64 * 1024;

/** Small enough that files of some kilobytes are cut into many chunks. */
const chunker = { name: 'gear-v1', min: 256, average: 1024, max: 4096 };

export interface KnownFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly digest: ContentDigest;
}

export interface Pack {
  readonly path: string;
  readonly bytes: Buffer;
  readonly records: readonly PackRecord[];
}

export interface SmallStore {
  readonly files: readonly KnownFile[];
  readonly packs: readonly Pack[];
  /** The files that need a record, by its key. */
  readonly users: ReadonlyMap<string, readonly KnownFile[]>;
}

/** Makes a store of small and large files, in packs that have {@link totalBytes} bytes together. */
export async function makeSmallStore(folder: string, source: string): Promise<SmallStore> {
  await (await openStore(folder)).close();
  await writeFile(
    join(folder, 'FORMAT'),
    JSON.stringify({ format: 'cairn-store', version: 2, algorithm: 'blake3', chunker }),
  );
  await mkdir(source);
  const store = await openStore(folder);
  const large = Buffer.from(randomBytes(1, 20_000));
  const files = [
    ...(await putFiles(store, source, [large, randomBytes(2, 9000), Buffer.alloc(0), Buffer.of(7)])),
    ...(await putFiles(
      store,
      source,
      Array.from({ length: 12 }, (_, i) => randomBytes(10 + i, 100 + 250 * i)),
      4,
    )),
    // Shares most of its chunks with the first.
    ...(await putFiles(
      store,
      source,
      [Buffer.concat([large.subarray(0, 12_000), large.subarray(9000)])],
      16,
    )),
  ];
  // Records of at most 4,096 bytes, each in a pack of its own, make the packs as long as they are to be.
  for (let missing = totalBytes - (await sizeOf(folder)); missing > 0; ) {
    const most = 4096 + oneRecordBytes;
    const size = missing > most + oneRecordBytes ? most : missing > most ? missing >> 1 : missing;
    const bytes = randomBytes(100 + files.length, size - oneRecordBytes);
    files.push(...(await putFiles(store, source, [bytes], files.length)));
    missing -= size;
  }
  await store.close();
  const packs = await readPacks(folder);
  return { files, packs, users: await usersOf(files, packs) };
}

/** What a pack of one record has beside it: its row and the footer. */
const oneRecordBytes = 40 + footerBytes;

async function putFiles(
  store: LocalStore,
  source: string,
  contents: readonly Uint8Array[],
  first = 0,
): Promise<KnownFile[]> {
  const paths = contents.map((_, i) => join(source, `file-${first + i}`));
  for (const [i, path] of paths.entries()) await writeFile(path, contents[i] as Uint8Array);
  const digests = await logFiles(store, paths);
  return paths.map((path, i) => ({
    path,
    bytes: contents[i] as Uint8Array,
    digest: digests[i] as ContentDigest,
  }));
}

/** Stores files as they are. */
export async function logFiles({ blobs }: LocalStore, paths: readonly string[]): Promise<ContentDigest[]> {
  const digests: ContentDigest[] = [];
  const sources = paths.map((path) => ({ kind: 'path', path }) as const);
  for await (const { index, digest } of blobs.put(sources)) digests[index] = digest;
  return digests;
}

async function sizeOf(folder: string): Promise<number> {
  return (await readPacks(folder)).reduce((sum, { bytes }) => sum + bytes.length, 0);
}

async function readPacks(folder: string): Promise<Pack[]> {
  const names = (await readdir(join(folder, 'packs'))).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, 'packs', name);
      const bytes = await readFile(path);
      const end = bytes.subarray(-(endLength(bytes.subarray(-footerBytes)) as number));
      return { path, bytes, records: [...readTable(end)] };
    }),
  );
}

async function usersOf(
  files: readonly KnownFile[],
  packs: readonly Pack[],
): Promise<Map<string, KnownFile[]>> {
  const hasher = await loadHasher('blake3');
  const records = new Map(
    packs.flatMap(({ bytes, records }) =>
      records.map(
        ({ digest, kind, start, length }) =>
          [keyOf(digest), { kind, bytes: bytes.subarray(start, start + length) }] as const,
      ),
    ),
  );
  const users = new Map<string, KnownFile[]>();
  const use = (file: KnownFile, key: string) => users.set(key, [...(users.get(key) ?? []), file]);
  for (const file of files) {
    const key = keyOf(Buffer.from(file.digest.slice('blake3:'.length), 'hex'));
    use(file, key);
    const record = records.get(key);
    if (record?.kind !== recipeKind) continue;
    const segments = decodeRecipe(record.bytes, hasher).map(({ digest }) => keyOf(digest));
    const chunks = segments.flatMap((segment) =>
      decodeRows(records.get(segment)?.bytes as Uint8Array).map(({ digest }) => keyOf(digest)),
    );
    for (const part of new Set([...segments, ...chunks])) use(file, part);
  }
  return users;
}
