import type { AnyIterable } from './bytes.js';
import { CairnError, type ErrorCode } from './errors.js';
import { quote } from './printable.js';
import { untilAborted } from './until-aborted.js';

/** What an HTTP status that is no success says: its code where it has one of its own, else `unavailable`. */
export function codeOfStatus(status: number): ErrorCode {
  return byStatus.get(status) ?? 'unavailable';
}

const byStatus: ReadonlyMap<number, ErrorCode> = new Map([
  [401, 'unauthenticated'],
  [407, 'unauthenticated'],
  [403, 'forbidden'],
  [451, 'forbidden'],
  [404, 'not_found'],
  [410, 'not_found'],
  [408, 'timeout'],
  [504, 'timeout'],
  [429, 'rate_limited'],
]);

/**
 * The items, failing as a handler may: an abort ends them at once with the signal's reason, a {@link CairnError} passes, and
 * what else the source's client throws becomes the cause of one.
 *
 * @param uri What is looked at or read, for messages.
 * @param codeOf What a failure of the client means; by its codes and statuses, never by its text. Default: `unavailable`.
 */
export async function* typedFailures<T>(
  uri: string,
  signal: AbortSignal | undefined,
  items: AnyIterable<T>,
  codeOf: (failure: unknown) => ErrorCode = () => 'unavailable',
): AsyncGenerator<T, void, undefined> {
  try {
    yield* untilAborted(items, signal);
  } catch (failure) {
    signal?.throwIfAborted();
    if (CairnError.is(failure)) throw failure;
    throw new CairnError(codeOf(failure), `can't get what is at ${quote(uri)}`, { cause: failure });
  }
}
