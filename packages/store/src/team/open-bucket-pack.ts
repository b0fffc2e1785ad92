import type { CallOptions } from '@cairn/core';
import type { PackUnderCheck } from '../maintenance/check-packs.js';
import type { PackRow } from '../maintenance/pack-rows.js';
import { firstCut, type Window } from '../maintenance/pack-scan.js';
import type { PackRecord } from '../packs/pack-format.js';
import { findPack, suspectPack, trustPack } from '../packs/pack-index.js';
import { readBucketEnd } from './bucket-packs.js';
import type { BucketReaderContext } from './bucket-reader.js';
import type { PackObject } from './pack-objects.js';

/** How much is read by one request, in bytes. */
const windowBytes = 8 * 1024 * 1024;

/** Opens a pack in a bucket to look at all of it. */
export async function openBucketPack(
  context: BucketReaderContext,
  pack: PackRow,
  options: CallOptions,
): Promise<PackUnderCheck> {
  const { database } = context;
  return {
    end: await readBucketEnd(context, pack, options),
    scan: (records, call) => scanBucketPack(context, pack, records, call),
    isSuspect: () => database.write(() => suspectPack(pack.id), options),
    async isRight() {
      if ((await database.read(() => findPack(pack.id), options))?.stamp !== undefined) return;
      await database.write(
        () => trustPack(pack.id, { mtimeMs: 0, ctimeMs: 0, ino: 0, size: pack.size }),
        options,
      );
    },
  };
}

/** Reads records, many with each request; none if the pack is gone. */
export async function* scanBucketPack(
  { packObjects }: Pick<BucketReaderContext, 'packObjects'>,
  pack: PackObject,
  records: readonly PackRecord[],
  options: CallOptions,
): AsyncGenerator<Window, void, undefined> {
  for (let i = 0; i < records.length; ) {
    const { start } = records[i] as PackRecord;
    let end = start;
    let next = i;
    for (; next < records.length; next++) {
      const record = records[next] as PackRecord;
      const to = record.start + record.length;
      if (next > i && to - start > windowBytes) break;
      end = Math.max(end, to);
    }
    const bytes = await packObjects.read(pack, { start, end }, options);
    if (bytes === undefined) return;
    // What comes after something that is damaged may be whole.
    if (bytes.length < end - start) next = Math.max(i + 1, firstCut(records, i, start + bytes.length));
    const bytesOf = (record: PackRecord) =>
      bytes.subarray(record.start - start, record.start - start + record.length);
    yield { records: records.slice(i, next), bytesOf };
    i = next;
  }
}
