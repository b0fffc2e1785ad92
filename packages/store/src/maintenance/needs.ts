import { type CallOptions, openManifest } from '@cairn/core';
import { rawDigest, recipeKind } from '../packs/pack-format.js';
import type { NeedsContext } from './context.js';
import type { VersionRow } from './version-rows.js';

/** The blobs that a version needs, those of its manifest too. Some may come more than once. */
export async function* blobsOf(
  { blobs }: Pick<NeedsContext, 'blobs'>,
  version: VersionRow,
  options: CallOptions,
): AsyncGenerator<readonly Uint8Array[], void, undefined> {
  const manifest = await openManifest(blobs, version.manifest, options);
  yield [rawDigest(version.manifest)];
  for (const leaf of manifest.leaves) {
    const needed = [rawDigest(leaf.digest)];
    if (leaf.extras !== undefined) needed.push(rawDigest(leaf.extras));
    for (const entry of await manifest.readLeaf(leaf, options)) {
      if (entry.kind === 'file') needed.push(rawDigest(entry.digest));
    }
    yield needed;
  }
}

/** The segments and chunks of a large blob; nothing for a small one. */
export async function partsOf(
  { reader }: Pick<NeedsContext, 'reader'>,
  recipe: Uint8Array,
  options: CallOptions,
): Promise<Uint8Array[]> {
  const record = await reader.fetch(recipe, options);
  if (record.location.kind !== recipeKind) return [];
  const parts: Uint8Array[] = [];
  for (const segment of await reader.segments(record)) {
    parts.push(segment.digest);
    for (const chunk of await reader.chunks(segment, options)) parts.push(chunk.digest);
  }
  return parts;
}
