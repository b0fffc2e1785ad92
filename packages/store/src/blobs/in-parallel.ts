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
  let done: R[] = [];
  let failure: { readonly error: unknown } | undefined;
  let isMore = true;
  let isPulling = false;
  let running = 0;
  let count = 0;
  let wake = (): void => undefined;

  async function pull(): Promise<void> {
    isPulling = true;
    try {
      const next = await source.next();
      if (next.done === true) isMore = false;
      else follow(run(next.value, count++));
    } finally {
      isPulling = false;
    }
  }

  async function run(item: T, index: number): Promise<void> {
    running++;
    try {
      const result = await work(item, index);
      done.push(result);
    } finally {
      running--;
    }
  }

  // Not by racing what is under way: each race stays with the promises that lost it, and with it all that won before.
  function follow(part: Promise<void>): void {
    part
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => wake());
  }

  function change(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
    });
  }

  try {
    while (failure === undefined && (isMore || isPulling || running > 0 || done.length > 0)) {
      if (isMore && !isPulling && running < limit) follow(pull());
      const results = done;
      done = [];
      for (const result of results) yield result;
      if (results.length === 0) await change();
    }
    if (failure !== undefined) throw failure.error;
  } finally {
    if (isMore || running > 0) stop?.();
    if (isMore) await source.return(undefined);
    while (isPulling || running > 0) await change();
  }
}

async function* asyncIterator<T>(items: AnyIterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items;
}
