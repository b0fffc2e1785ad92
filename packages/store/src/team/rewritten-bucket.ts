import { isUnreadable } from '../access/links-context.js';
import type { IntactRecords, RewrittenPacks } from '../maintenance/rewrite-packs.js';
import { announcePack, bucketShelf } from './bucket-home.js';
import { readBucketEnd, uploadPack } from './bucket-packs.js';
import type { CollectedBucketContext } from './collected-bucket.js';
import { dropPack } from './drop-bucket-pack.js';

/** How many records are read together. */
const recordsAtOnce = 128;

/** Packs in a bucket. */
export function rewrittenBucket(context: CollectedBucketContext): RewrittenPacks {
  const { fs, files, database, hasher, reader, temp } = context;
  return {
    database,
    hasher,
    place: { fs: fs.sync, files, packs: temp, temp, isPassage: true },
    shelf: bucketShelf(context),
    readEnd: (pack, options) => readBucketEnd(context, pack, options),
    async *intact(_pack, records, options): AsyncGenerator<IntactRecords> {
      for (let at = 0; at < records.length; at += recordsAtOnce) {
        const some = records.slice(at, at + recordsAtOnce);
        const read = await Promise.allSettled(
          some.map(async (record) => [record, (await reader.fetch(record.digest, options)).bytes] as const),
        );
        options.signal?.throwIfAborted();
        // What is damaged stays where it is, and what was condemned meanwhile needs no copy.
        const failed = read.find((one) => one.status === 'rejected' && !isUnreadable(one.reason));
        if (failed?.status === 'rejected') throw failed.reason;
        yield read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      }
    },
    async ship(pack, options) {
      try {
        await announcePack(database, pack, options);
        await uploadPack(context, pack, options);
      } finally {
        await fs.unlink(pack.path).catch(() => undefined);
      }
    },
    drop: (pack, options) => dropPack(context, pack, options),
  };
}
