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

/** Where a record can be read; `undefined` if its pack was removed. */
export async function placeRecord(
  reader: PackReader,
  { packId, start, length }: Location,
): Promise<PlacedRecord | undefined> {
  const pack = await reader.path(packId);
  return pack === undefined ? undefined : { pack, start, length };
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
      for (const chunk of chunks) {
        const location = found.get(keyOf(chunk.digest));
        const record = location === undefined ? undefined : await placeRecord(reader, location);
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
