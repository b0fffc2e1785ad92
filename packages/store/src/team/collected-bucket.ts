import type { Hasher, ObjectStore } from '@cairn/core';
import type { FileSystem } from '@cairn/file';
import type { CollectedPacks } from '../maintenance/collected-packs.js';
import { rewritePacks } from '../maintenance/rewrite-packs.js';
import type { PackFiles } from '../packs/pack-files.js';
import type { RecordReader } from '../packs/record-reader.js';
import type { Database } from '../sql/database.js';
import { now } from '../sql/step.js';
import { dropPack } from './drop-bucket-pack.js';
import type { PackObjects } from './pack-objects.js';
import { rewrittenBucket } from './rewritten-bucket.js';
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

/** What garbage collection does with packs in a bucket. */
export function collectedBucket(context: CollectedBucketContext): CollectedPacks {
  return {
    packSize: context.packObjects.packSize,
    now: (options) => context.database.read(now, options),
    sweep: (before, options) => sweepBucket(context, before, options),
    drop: (pack, options) => dropPack(context, pack, options),
    rewrite: (sources, options) => rewritePacks(rewrittenBucket(context), sources, options),
  };
}
