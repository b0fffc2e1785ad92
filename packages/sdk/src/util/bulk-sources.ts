import { readFileSync } from 'node:fs';
import type { AnyIterable, Source } from '@cairn/core';
import { maxSmall } from './small-files.js';
import { TempFolder } from './temp-folder.js';

/** How things are read that are to be stored elsewhere. */
export interface Reading<T> {
  /** Whether to read small ones many at a time, since each call is a request. */
  readonly inBulk: boolean;
  /** In bytes, where it is known. */
  sizeOf(item: T): number | undefined;
  /** Reads one, when its turn comes. */
  open(item: T): AsyncIterable<Uint8Array>;
  /** Makes files of many. */
  copyTo(files: readonly { readonly item: T; readonly to: string }[]): AsyncIterable<unknown>;
}

/** How much is read at a time: so many files, or so many bytes. */
const batchCount = 2000;
const batchBytes = 16 * 1024 * 1024;

/** Things with sources of their bytes, in any order. */
export async function* bulkSources<T>(
  items: AnyIterable<T>,
  reading: Reading<T>,
): AsyncGenerator<{ readonly item: T; readonly source: Source }, void, undefined> {
  let batch: T[] = [];
  let bytes = 0;
  for await (const item of items) {
    const size = reading.sizeOf(item);
    if (!reading.inBulk || size === undefined || size > maxSmall) {
      yield { item, source: { kind: 'stream', open: () => reading.open(item) } };
      continue;
    }
    batch.push(item);
    bytes += size;
    if (batch.length < batchCount && bytes < batchBytes) continue;
    yield* readBatch(batch, reading);
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield* readBatch(batch, reading);
}

async function* readBatch<T>(items: readonly T[], { copyTo }: Reading<T>) {
  const temp = new TempFolder();
  try {
    const files = await Promise.all(items.map(async (item) => ({ item, to: await temp.newPath() })));
    for await (const _ of copyTo(files));
    for (const { item, to } of files) {
      yield { item, source: { kind: 'bytes', bytes: readFileSync(to) } as const };
    }
  } finally {
    await temp.remove();
  }
}
