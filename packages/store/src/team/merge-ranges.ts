import type { Location } from '../packs/pack-index.js';

/** Records that one request reads. */
export interface MergedRange<T> {
  readonly packId: number;
  readonly start: number;
  readonly end: number;
  readonly items: readonly T[];
}

/** What lies between two records that are wanted is read too if it is no more than this, in bytes. */
const maxGap = 64 * 1024;
/** How much one request reads at most, but for a record that is longer, in bytes. */
const maxBytes = 8 * 1024 * 1024;

/** Puts neighbours together, so that few requests read many records. */
export function mergeRanges<T extends { readonly location: Location }>(
  items: readonly T[],
): MergedRange<T>[] {
  const sorted = items.toSorted(
    ({ location: a }, { location: b }) => a.packId - b.packId || a.start - b.start || a.length - b.length,
  );
  const ranges: { packId: number; start: number; end: number; items: T[] }[] = [];
  for (const item of sorted) {
    const { packId, start, length } = item.location;
    const last = ranges.at(-1);
    const end = Math.max(last?.end ?? 0, start + length);
    if (last?.packId === packId && start - last.end <= maxGap && end - last.start <= maxBytes) {
      last.end = end;
      last.items.push(item);
    } else ranges.push({ packId, start, end: start + length, items: [item] });
  }
  return ranges;
}
