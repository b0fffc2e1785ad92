import type { AnyIterable, BlobStore, Entry, FileEntry, Manifest, ReferenceEntry } from '../src/index.js';
import { openManifest, sortByUtf8, writeManifest } from '../src/index.js';
import { openLeaf } from '../src/manifest/leaf.js';
import { createPathOrder } from '../src/manifest/path-order.js';

export const policy = { name: 'cairn.default', config: {} };

/** A file whose content is told apart by a number. */
export function file(path: string, content = 0): FileEntry {
  return { kind: 'file', path, digest: `blake3:${content.toString(16).padStart(64, '0')}`, size: content };
}

export function reference(path: string, rest: Partial<ReferenceEntry> = {}): ReferenceEntry {
  const uri = `s3://bucket/${path}`;
  return { kind: 'reference', path, uri, digest: 'etag:"33a64df5"', ...rest };
}

/** `count` files in a tree, in order. */
export function files(count: number): FileEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const name = String(i).padStart(7, '0');
    return file(`images/${name.slice(0, 4)}/${name}.png`, i);
  });
}

export const sorted = (entries: readonly Entry[]): Entry[] => sortByUtf8([...entries], ({ path }) => path);

/** Writes entries, in the order given, and opens what was written. */
export async function manifestOf(blobs: BlobStore, entries: AnyIterable<Entry>): Promise<Manifest> {
  const { blob, digest } = await writeManifest(entries, blobs, policy);
  return openManifest(blobs, blob, { expected: digest });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** All entries of a leaf, which is refused for what who reads a manifest refuses. */
export function decodeLeaf(bytes: Uint8Array, extras?: Uint8Array): Entry[] {
  const checkOrder = createPathOrder();
  const entries = [...openLeaf(bytes, extras).entriesFrom(0)].flat();
  for (const { path } of entries) checkOrder(path);
  return entries;
}
