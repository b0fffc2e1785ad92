import type { CallOptions, ContentDigest } from '@cairn/core';
import { rawDigest } from '../packs/pack-format.js';
import { keyOf, type Location } from '../packs/pack-index.js';
import type { PackReader } from '../packs/pack-reader.js';
import type { PlacedRecord } from '../restore/restore-files.js';

/** Some of the records that a large blob consists of. */
export interface PlacedPart {
  readonly records: readonly PlacedRecord[];
  /** Whether these are its last. */
  readonly isLast: boolean;
}

const nothing: PlacedPart = { records: [], isLast: true };

/** Where records can be read, in their order; `undefined` for one that is nowhere, or whose pack was removed. */
export async function placeRecords(
  reader: PackReader,
  locations: readonly (Location | undefined)[],
): Promise<(PlacedRecord | undefined)[]> {
  const packs = new Map<number, string | undefined>();
  for (const location of locations) {
    // Not one promise for each record: there are few packs.
    if (location === undefined || packs.has(location.packId)) continue;
    packs.set(location.packId, await reader.path(location.packId));
  }
  return locations.map((location) => {
    const pack = location === undefined ? undefined : packs.get(location.packId);
    if (location === undefined || pack === undefined) return undefined;
    return { pack, start: location.start, length: location.length };
  });
}

/**
 * Where the records of a large blob are, in its order, a part at a time: each is looked up when it is asked for. Ends early,
 * with no records, where that can't be told.
 *
 * @param partBytes How much a part has at least, but for the last one.
 */
export async function* placeParts(
  reader: PackReader,
  digest: ContentDigest,
  partBytes: number,
  { signal }: CallOptions,
): AsyncGenerator<PlacedPart, void, undefined> {
  let records: PlacedRecord[] = [];
  let bytes = 0;
  try {
    const recipe = await reader.fetch(rawDigest(digest), { signal });
    for (const segment of await reader.segments(recipe)) {
      const chunks = await reader.chunks(segment, { signal });
      const found = await reader.find(
        chunks.map((chunk) => chunk.digest),
        { signal },
      );
      const locations = chunks.map((chunk) => found.get(keyOf(chunk.digest)));
      for (const record of await placeRecords(reader, locations)) {
        if (record === undefined) return yield nothing;
        records.push(record);
        bytes += record.length;
        if (bytes < partBytes) continue;
        yield { records, isLast: false };
        [records, bytes] = [[], 0];
      }
    }
  } catch {
    signal?.throwIfAborted();
    return yield nothing;
  }
  yield { records, isLast: true };
}
