import {
  type BlobStore,
  type ContentDigest,
  type Entry,
  type WrittenManifest,
  writeManifest,
} from '@cairn/core';
import { randomBytes } from './maintained-store.js';
import { putAll } from './put.js';

export const ours = { entity: 'acme', project: 'pets' };
export const theirs = { entity: 'acme', project: 'cars' };
export const small: Buffer = Buffer.from('a secret');
/** In chunks. */
export const large: Buffer = Buffer.from(randomBytes(1, 700_000));

/** Puts contents and returns their digests. */
export async function put(blobs: BlobStore, contents: readonly Uint8Array[]): Promise<ContentDigest[]> {
  const results = await putAll(
    blobs,
    contents.map((bytes) => ({ kind: 'bytes', bytes })),
  );
  return results.map(({ digest }) => digest);
}

/** Stores files and their manifest. */
export async function storeAs(
  blobs: BlobStore,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<WrittenManifest> {
  return writeFiles(blobs, Object.keys(files), await put(blobs, Object.values(files)));
}

/** Stores a manifest of digests, whoever has them. */
export function writeFiles(
  blobs: BlobStore,
  paths: readonly string[],
  digests: readonly ContentDigest[],
  size = 1,
): Promise<WrittenManifest> {
  const entries = paths.map((path, i): Entry => {
    return { kind: 'file', path, digest: digests[i] as ContentDigest, size };
  });
  return writeManifest(entries, blobs, { name: 'cairn.default', config: {} });
}
