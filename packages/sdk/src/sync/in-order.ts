import type { VersionRecord } from '@cairn/core';

/**
 * The versions of several collections in the order in which they were made. Each collection comes by its numbers, whatever
 * the clocks said.
 */
export async function* inOrder(
  collections: readonly AsyncIterable<VersionRecord>[],
): AsyncGenerator<VersionRecord, void, undefined> {
  const readers = collections.map((versions) => versions[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(readers.map((reader) => reader.next()));
    for (;;) {
      let first: number | undefined;
      let next: VersionRecord | undefined;
      for (const [i, head] of heads.entries()) {
        if (head.done === true || (next !== undefined && next.createdAt <= head.value.createdAt)) continue;
        [first, next] = [i, head.value];
      }
      if (first === undefined || next === undefined) return;
      yield next;
      heads[first] = await (readers[first] as (typeof readers)[number]).next();
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.return?.()));
  }
}
