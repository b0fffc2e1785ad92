import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CairnError,
  type CollectionRef,
  type ContentDigest,
  type Entry,
  openManifest,
  readAll,
  type VersionRecord,
  type WrittenManifest,
  writeManifest,
} from '@cairn/core';
import type { LocalStore } from '../src/index.js';
import { noise } from './scratch.js';

export const collection: CollectionRef = { entity: 'local', project: 'default', name: 'files' };

export type Files = Readonly<Record<string, Uint8Array | string>>;

/** What logging needs of a store, wherever it is. */
export type LoggedTo = Pick<LocalStore, 'blobs' | 'catalog'>;

/** Bytes that nothing else has, and that a seed makes again. */
export function randomBytes(seed: number, length: number): Uint8Array {
  return new Uint8Array(noise(length, seed * 2_654_435_761 + 1));
}

export async function put({ blobs }: LoggedTo, contents: readonly Uint8Array[]): Promise<ContentDigest[]> {
  const digests: ContentDigest[] = [];
  const sources = contents.map((bytes) => ({ kind: 'bytes' as const, bytes }));
  for await (const { index, digest } of blobs.put(sources)) digests[index] = digest;
  return digests;
}

/** Stores files and their manifest; not a version yet. */
export async function storeFiles(target: LoggedTo, files: Files): Promise<WrittenManifest> {
  const paths = Object.keys(files).sort();
  const contents = paths.map((path) => Buffer.from(files[path] as Uint8Array));
  const digests = await put(target, contents);
  const entries = paths.map((path, i): Entry => {
    return { kind: 'file', path, digest: digests[i] as ContentDigest, size: (contents[i] as Buffer).length };
  });
  return writeManifest(entries, target.blobs, { name: 'cairn.default', config: {} });
}

export async function commit(
  target: LoggedTo,
  manifest: WrittenManifest,
  basis?: string,
  name: string = collection.name,
): Promise<VersionRecord> {
  const { version } = await target.catalog.commitVersion({
    ...collection,
    name,
    type: 'dataset',
    digest: manifest.digest,
    manifest: manifest.blob,
    entryCount: manifest.entryCount,
    size: manifest.size,
    metadata: {},
    aliases: [],
    tags: [],
    basis,
  });
  return version;
}

/** Logs files as a run does that meets no garbage collection. */
export async function log(target: LoggedTo, files: Files): Promise<VersionRecord> {
  const basis = await target.blobs.basis();
  return commit(target, await storeFiles(target, files), basis);
}

/** Reads all that the versions of a store need; throws if any of it is not right. */
export async function readVersions(target: LoggedTo): Promise<number> {
  let count = 0;
  for await (const { manifest } of target.catalog.listVersions({})) {
    const opened = await openManifest(target.blobs, manifest);
    for await (const entry of opened.entries()) {
      if (entry.kind === 'file') await readAll(target.blobs.open(entry.digest));
    }
    count++;
  }
  return count;
}

/** Of the packs of a store, in bytes. */
export function sizeOfPacks(folder: string): number {
  const packs = join(folder, 'packs');
  return readdirSync(packs).reduce((sum, name) => sum + statSync(join(packs, name)).size, 0);
}

/** Logs as the SDK does: what a collection of garbage took in between is looked for, and stored again if it is absent. */
export async function logAnyway(
  store: LoggedTo,
  files: Files,
  beforeCommit: () => Promise<void> = async () => undefined,
): Promise<void> {
  let manifest: WrittenManifest | undefined;
  for (;;) {
    const basis = await store.blobs.basis();
    try {
      if (manifest === undefined || !(await isWhole(store, manifest.blob)))
        manifest = await storeFiles(store, files);
      await beforeCommit();
      await commit(store, manifest, basis);
      return;
    } catch (error) {
      if (!CairnError.is(error, 'conflict') || !error.isRetryable) throw error;
    }
  }
}

async function isWhole({ blobs }: LoggedTo, manifest: ContentDigest): Promise<boolean> {
  try {
    const needed = await digestsOf({ blobs }, manifest);
    return (await blobs.has([...needed])).size === needed.size;
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return false;
    throw error;
  }
}

/** All blobs that a version needs. */
export async function digestsOf(
  { blobs }: Pick<LocalStore, 'blobs'>,
  manifest: ContentDigest,
): Promise<Set<ContentDigest>> {
  const { leaves, entries } = await openManifest(blobs, manifest);
  const digests = new Set([manifest, ...leaves.map(({ digest }) => digest)]);
  for await (const entry of entries()) if (entry.kind === 'file') digests.add(entry.digest);
  return digests;
}
