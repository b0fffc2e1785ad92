import type { AnyIterable } from '@cairn/core';

/**
 * Works on items as they come, at most `limit` at once, and yields what becomes of them as it is done. After a failure, or
 * when the consumer breaks off, no more items are taken, and what is under way is waited for.
 *
 * @param stop Called then: nobody wants the results of what is under way.
 */
export async function* inParallel<T, R>(
  items: AnyIterable<T>,
  limit: number,
  work: (item: T, index: number) => Promise<R>,
  stop?: () => void,
): AsyncGenerator<R, void, undefined> {
  const source = asyncIterator(items);
  const underWay = new Map<number, Promise<{ readonly index: number; readonly result: R }>>();
  let pull: Promise<{ readonly next: IteratorResult<T> }> | undefined;
  let isMore = true;
  let count = 0;
  try {
    while (isMore || underWay.size > 0) {
      if (isMore && underWay.size < limit) pull ??= source.next().then((next) => ({ next }));
      const event = await Promise.race([...(pull === undefined ? [] : [pull]), ...underWay.values()]);
      if ('result' in event) {
        underWay.delete(event.index);
        yield event.result;
        continue;
      }
      pull = undefined;
      if (event.next.done === true) {
        isMore = false;
        continue;
      }
      const index = count++;
      const done = work(event.next.value, index).then((result) => ({ index, result }));
      underWay.set(index, done);
    }
  } finally {
    if (isMore || underWay.size > 0) stop?.();
    if (isMore) await source.return(undefined);
    await Promise.allSettled([pull, ...underWay.values()]);
  }
}

async function* asyncIterator<T>(items: AnyIterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items;
}
