import type { AnyIterable } from './bytes.js';

/** The items, until the signal aborts; then it throws the reason at once, also when the next item never comes. */
export async function* untilAborted<T>(
  items: AnyIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  signal?.throwIfAborted();
  if (signal === undefined) return yield* items;
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let isDone = false;
  try {
    for (;;) {
      // An abort that came since the last item is told to no listener any more.
      signal.throwIfAborted();
      const next = await nextUnlessAborted(source, signal);
      isDone = next.done === true;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // A source that is stuck would never answer.
    const closed = isDone ? undefined : Promise.resolve(source.return?.()).catch(() => undefined);
    if (!signal.aborted) await closed;
  }
}

function nextUnlessAborted<T>(
  source: Iterator<T> | AsyncIterator<T>,
  signal: AbortSignal,
): Promise<IteratorResult<T>> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    Promise.resolve(source.next())
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
