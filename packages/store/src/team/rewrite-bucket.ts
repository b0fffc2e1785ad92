import { CairnError } from '@cairn/core';
import type { RewriteOptions } from '../maintenance/collected-packs.js';
import { liveRecords, type Move, moveRows } from '../maintenance/move-rows.js';
import type { PackRow } from '../maintenance/pack-rows.js';
import { OpenPack } from '../packs/open-pack.js';
import type { PackRecord } from '../packs/pack-format.js';
import { announcePack, bucketShelf } from './bucket-home.js';
import { readBucketEnd, uploadPack } from './bucket-packs.js';
import type { CollectedBucketContext } from './collected-bucket.js';
import { dropPack } from './drop-bucket-pack.js';

/** How many records are read together. */
const recordsAtOnce = 128;

export interface BucketRewriteOptions extends RewriteOptions {
  /** Where the records of a pack are whose table can't be read. Default: such a pack is left alone. */
  readonly recordsOf?: ((source: PackRow) => Promise<readonly PackRecord[]>) | undefined;
}

/** Copies what is live in packs to new ones, verified on the way, and removes the old ones; see `rewrite-packs.ts`. */
export async function rewritePacks(
  context: CollectedBucketContext,
  sources: readonly PackRow[],
  { onSource, onWritten, recordsOf, ...options }: BucketRewriteOptions,
): Promise<void> {
  const { fs, files, database, hasher, reader, temp } = context;
  const shelf = bucketShelf(context);
  let out: OpenPack | undefined;
  let [size, createdAt] = [0, 0];
  let moves: Move[] = [];
  let copied: PackRow[] = [];

  try {
    for (const source of sources) {
      options.signal?.throwIfAborted();
      const end = await readBucketEnd(context, source, options);
      if (end.state !== 'intact' && recordsOf === undefined) continue;
      const records = end.state === 'intact' ? end.records : ((await recordsOf?.(source)) ?? []);
      createdAt = Math.max(createdAt, source.createdAt);
      await copy(source, await liveRecords(database, source.id, records, options));
      copied.push(source);
    }
    await flush();
  } catch (error) {
    out?.abandon();
    throw error;
  }

  async function copy(source: PackRow, records: readonly PackRecord[]): Promise<void> {
    for (let at = 0; at < records.length; at += recordsAtOnce) {
      const some = records.slice(at, at + recordsAtOnce);
      const read = await Promise.allSettled(some.map(({ digest }) => reader.fetch(digest, options)));
      options.signal?.throwIfAborted();
      for (const [i, result] of read.entries()) {
        const { digest, kind, length } = some[i] as PackRecord;
        if (result.status === 'rejected') {
          // What is damaged stays where it is, and what was condemned meanwhile needs no copy.
          if (isLost(result.reason)) continue;
          throw result.reason;
        }
        out ??= new OpenPack({ fs: fs.sync, files, packs: temp, temp, isPassage: true });
        out.write(result.value.bytes);
        out.list(digest, kind, length);
        moves.push({ digest, from: source.id, start: size });
        size += length;
      }
      if (out?.isFull) await flush();
    }
  }

  async function flush(): Promise<void> {
    if (out !== undefined) {
      const finished = out;
      out = undefined;
      try {
        const pack = finished.finish(hasher);
        await announcePack(database, pack, options);
        await uploadPack(context, pack, options);
        if (await moveRows({ database, shelf }, { pack, createdAt, moves }, options)) onWritten(pack.size);
      } catch (error) {
        // Somebody took the new pack for left over: what it was made of is still there.
        if (!CairnError.is(error, 'conflict')) throw error;
      } finally {
        finished.abandon();
      }
    }
    for (const source of copied) onSource(source, await dropPack(context, source, options));
    [moves, copied, size, createdAt] = [[], [], 0, 0];
  }
}

function isLost(error: unknown): boolean {
  return CairnError.is(error, 'not_found') || CairnError.is(error, 'integrity_mismatch');
}
