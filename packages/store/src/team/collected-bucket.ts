import { CairnError, type CallOptions, type Hasher, type ObjectStore } from '@cairn/core';
import type { FileSystem } from '@cairn/file';
import type { CollectedPacks, RewriteOptions } from '../maintenance/collected-packs.js';
import { type Dropped, forgetPack } from '../maintenance/drop-packs.js';
import { liveRecords, type Move, moveRows } from '../maintenance/move-rows.js';
import type { PackRow } from '../maintenance/pack-rows.js';
import { OpenPack } from '../packs/open-pack.js';
import type { PackFiles } from '../packs/pack-files.js';
import type { PackRecord } from '../packs/pack-format.js';
import type { RecordReader } from '../packs/record-reader.js';
import type { Database } from '../sql/database.js';
import { now } from '../sql/step.js';
import { announcePack, bucketShelf } from './bucket-home.js';
import { packKey, readBucketEnd, uploadPack } from './bucket-packs.js';
import type { PackObjects } from './pack-objects.js';
import { sweepBucket } from './sweep-bucket.js';

export interface CollectedBucketContext {
  readonly fs: FileSystem;
  /** How packs are kept on their way to the bucket. */
  readonly files: PackFiles;
  readonly objects: ObjectStore;
  readonly packObjects: PackObjects;
  readonly database: Database;
  readonly hasher: Hasher;
  readonly reader: RecordReader;
  /** For packs on their way to the bucket. */
  readonly temp: string;
}

/** How many records are read together. */
const recordsAtOnce = 128;

/** What garbage collection does with packs in a bucket. */
export function collectedBucket(context: CollectedBucketContext): CollectedPacks {
  return {
    packSize: context.packObjects.packSize,
    now: (options) => context.database.read(now, options),
    sweep: (before, options) => sweepBucket(context, before, options),
    drop: (pack, options) => dropPack(context, pack, options),
    rewrite: (sources, options) => rewritePacks(context, sources, options),
  };
}

async function dropPack(
  context: CollectedBucketContext,
  pack: PackRow,
  options: CallOptions,
): Promise<Dropped> {
  const { objects, database } = context;
  const digests = pack.recordCount === 0 ? [] : await digestsOf(context, pack, options);
  const {
    isUsed,
    isRemoved,
    objects: forgotten,
  } = await database.write(() => forgetPack(pack.id, digests), options);
  if (isUsed) return { objects: forgotten, bytes: undefined };
  // Somebody else removed it, or it was announced and is known under another number now.
  if (!isRemoved) return { objects: forgotten, bytes: 0 };
  await objects.delete([packKey(pack.name)], options);
  return { objects: forgotten, bytes: pack.recordCount === 0 ? 0 : pack.size };
}

async function digestsOf(
  context: CollectedBucketContext,
  pack: PackRow,
  options: CallOptions,
): Promise<Uint8Array[] | undefined> {
  const end = await readBucketEnd(context, pack, options);
  return end.state === 'intact' ? end.records.map(({ digest }) => digest) : undefined;
}

/** Copies what is live in packs to new ones, verified on the way, and removes the old ones; see `rewrite-packs.ts`. */
async function rewritePacks(
  context: CollectedBucketContext,
  sources: readonly PackRow[],
  { onSource, onWritten, ...options }: RewriteOptions,
): Promise<void> {
  const { fs, files, objects, database, hasher, reader, temp } = context;
  const shelf = bucketShelf(objects);
  let out: OpenPack | undefined;
  let [size, createdAt] = [0, 0];
  let moves: Move[] = [];
  let copied: PackRow[] = [];

  try {
    for (const source of sources) {
      options.signal?.throwIfAborted();
      const end = await readBucketEnd(context, source, options);
      if (end.state !== 'intact') continue;
      createdAt = Math.max(createdAt, source.createdAt);
      await copy(source, await liveRecords(database, source.id, end.records, options));
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
