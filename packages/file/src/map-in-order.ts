import type { AnyIterable } from '@cairn/core';

/**
 * What `map` makes of each item, in the order of the items, with at most `limit` at work at once. Whatever fails ends
 * the iteration when its turn comes.
 */
export async function* mapInOrder<T, R>(
  items: AnyIterable<T>,
  limit: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const atWork: Promise<R>[] = [];
  for await (const item of items) {
    const result = map(item);
    // Its failure is met when its turn comes, or not at all if an earlier one ends the iteration.
    result.catch(() => undefined);
    atWork.push(result);
    if (atWork.length === limit) yield await (atWork.shift() as Promise<R>);
  }
  for (const result of atWork) yield await result;
}
