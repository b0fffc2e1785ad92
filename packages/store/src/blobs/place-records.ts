import type { CallOptions, ContentDigest } from '@cairn/core';
import { rawDigest, recipeKind } from '../packs/pack-format.js';
import { keyOf, type Location } from '../packs/pack-index.js';
import type { PackReader } from '../packs/pack-reader.js';
import type { RecipeRow } from '../packs/recipe.js';
import type { PlacedRecord } from '../restore/restore-files.js';

/** Where the records of a blob are, in its order; none if that can't be told. */
export async function placeRecords(
  reader: PackReader,
  digest: ContentDigest,
  location: Location,
  { signal }: CallOptions,
): Promise<PlacedRecord[]> {
  if (location.kind !== recipeKind) return place(reader, [location]);
  try {
    const record = await reader.fetch(rawDigest(digest), { signal });
    const chunks: RecipeRow[] = [];
    for (const segment of await reader.segments(record)) {
      chunks.push(...(await reader.chunks(segment, { signal })));
    }
    const found = await reader.find(
      chunks.map((chunk) => chunk.digest),
      { signal },
    );
    return place(
      reader,
      chunks.map((chunk) => found.get(keyOf(chunk.digest))),
    );
  } catch {
    signal?.throwIfAborted();
    return [];
  }
}

async function place(
  reader: PackReader,
  locations: readonly (Location | undefined)[],
): Promise<PlacedRecord[]> {
  const places: PlacedRecord[] = [];
  for (const location of locations) {
    const pack = location === undefined ? undefined : await reader.path(location.packId);
    if (location === undefined || pack === undefined) return [];
    places.push({ pack, start: location.start, length: location.length });
  }
  return places;
}
