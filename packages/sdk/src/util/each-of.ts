import pLimit from 'p-limit';

/**
 * Works on all items, at most `limit` at a time. The first failure stops the others, and is thrown when they have stopped.
 */
export async function eachOf<T>(
  items: Iterable<T>,
  limit: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const queue = pLimit(limit);
  const all = Array.from(items, (item) =>
    queue(async () => {
      try {
        stop.throwIfAborted();
        await work(item, stop);
      } catch (error) {
        failure.abort(error);
      }
    }),
  );
  await Promise.all(all);
  signal?.throwIfAborted();
  failure.signal.throwIfAborted();
}
