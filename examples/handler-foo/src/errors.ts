import { CairnError, type ErrorCode, quote } from '@cairn/core';

const codes: Record<number, ErrorCode> = { 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found' };

/** Passes items on. An abort becomes the signal's reason, and what the client fails with a `CairnError`. */
export async function* typed<T>(
  uri: string,
  signal: AbortSignal | undefined,
  items: () => AsyncIterable<T>,
): AsyncIterable<T> {
  try {
    signal?.throwIfAborted();
    for await (const item of items()) {
      yield item;
      signal?.throwIfAborted();
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (CairnError.is(error)) throw error;
    const { status = 0 } = error as { status?: number };
    throw new CairnError(codes[status] ?? 'unavailable', `Foo does not give ${quote(uri)}`, { cause: error });
  }
}
