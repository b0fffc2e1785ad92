/** How many digests a statement asks for. Statements are prepared once, so that there are few shapes of them. */
const batchSizes = [250, 25, 1] as const;

/** Splits a list into few sizes; the last ones of a list are too few for a large one. */
export function* batches<T>(items: readonly T[]): Generator<T[]> {
  let at = 0;
  for (const size of batchSizes) {
    for (; items.length - at >= size; at += size) yield items.slice(at, at + size);
  }
}
