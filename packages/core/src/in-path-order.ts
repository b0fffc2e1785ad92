import { sortByUtf8 } from './path.js';
import type { Observation } from './seams/storage-handler.js';

/**
 * Puts observations into the order of their paths, for handlers whose source lists by key: that is the same order except
 * where a part of a key had to be percent-encoded. If there are more than `limit`, those beyond stream as they come.
 */
export async function* inPathOrder(
  observations: AsyncIterable<Observation>,
  limit: number,
): AsyncGenerator<Observation> {
  let waiting: Observation[] | undefined = [];
  for await (const observation of observations) {
    if (waiting === undefined) yield observation;
    else if (waiting.push(observation) > limit) {
      yield* sortByUtf8(waiting, ({ path }) => path);
      waiting = undefined;
    }
  }
  if (waiting !== undefined) yield* sortByUtf8(waiting, ({ path }) => path);
}
