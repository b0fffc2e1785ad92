/** Items that come one by one or, to who asks, many at a time, which takes a fraction of the time. */
export interface Batched<T> extends AsyncIterable<T> {
  /** The same items in the same order. Iterate one or the other. */
  batches(): AsyncIterable<readonly T[]>;
}

export function batched<T>(batches: () => AsyncIterable<readonly T[]>): Batched<T> {
  return {
    batches,
    async *[Symbol.asyncIterator]() {
      // Not by `yield*`, which waits several times for each.
      for await (const items of batches()) for (const item of items) yield item;
    },
  };
}

/** Items as they come, many at a time where they do. */
export function batchesOf<T>(items: AsyncIterable<T>): AsyncIterable<readonly T[]> {
  return 'batches' in items ? (items as Batched<T>).batches() : singly(items);
}

async function* singly<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[], void, undefined> {
  for await (const item of items) yield [item];
}
