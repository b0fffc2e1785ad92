import type { AnyIterable } from '@cairn/core';

/**
 * Works on all items, at most `limit` at a time; each is taken when there is somebody to work on it. The first failure
 * stops the others, and is thrown when they have stopped.
 */
export async function eachOf<T>(
  items: AnyIterable<T>,
  limit: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const iterator = Symbol.iterator in items ? items[Symbol.iterator]() : items[Symbol.asyncIterator]();
  const workOnSome = async () => {
    try {
      for (;;) {
        stop.throwIfAborted();
        const next = await iterator.next();
        if (next.done === true) return;
        stop.throwIfAborted();
        await work(next.value, stop);
      }
    } catch (error) {
      failure.abort(error);
    }
  };
  await Promise.all(Array.from({ length: limit }, workOnSome));
  if (stop.aborted) await iterator.return?.();
  signal?.throwIfAborted();
  failure.signal.throwIfAborted();
}
