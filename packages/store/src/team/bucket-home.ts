import type { CallOptions, Hasher, ObjectStore } from '@cairn/core';
import type { FileSystem } from '@cairn/file';
import { lacksOf } from '../blobs/lacks.js';
import { makeRows, type PackToAdd } from '../blobs/make-rows.js';
import type { PackHome } from '../blobs/pack-home.js';
import { Reliability } from '../blobs/reliability.js';
import type { FinishedPack } from '../packs/open-pack.js';
import type { PackFiles } from '../packs/pack-files.js';
import { goneMeanwhile, readEpoch } from '../packs/pack-index.js';
import type { PackShelf } from '../packs/pack-shelf.js';
import type { RecordReader } from '../packs/record-reader.js';
import type { Database } from '../sql/database.js';
import { now, one, run, type Step } from '../sql/step.js';
import { noMemory } from '../stat-cache/file-memory.js';
import { uploadPack } from './bucket-packs.js';
import { removePacks } from './remove-packs.js';

export interface BucketHomeContext {
  readonly fs: FileSystem;
  /** How packs are kept on their way to the bucket. */
  readonly files: PackFiles;
  readonly objects: ObjectStore;
  readonly database: Database;
  readonly hasher: Hasher;
  readonly reader: RecordReader;
}

/**
 * Packs go to a bucket, and a database has their index.
 *
 * @param isThere Whether the packs are in the bucket already, and announced, and only their index is to be made. Default: `false`.
 */
export function bucketHome(
  context: BucketHomeContext,
  { isThere = false }: { readonly isThere?: boolean } = {},
): PackHome {
  const { database, reader } = context;
  return {
    async begin(options) {
      const basis = await database.read(readEpoch, options);
      const reliable = new Reliability(reader, options);
      const { damaged } = reliable;
      const keep = (added: Pick<PackToAdd, 'pack' | 'recipes'>, call: CallOptions) =>
        keepPack(context, { ...added, basis, damaged }, isThere, call);
      return {
        seen: noMemory,
        lacks: (digests, call) => lacksOf(reader, reliable, digests, call),
        add: (pack, call) => keep({ pack, recipes: [] }, call),
        finish: async (last, call) => (last === undefined ? undefined : keep(last, call)),
      };
    },
  };
}

async function keepPack(
  context: BucketHomeContext,
  added: PackToAdd,
  isThere: boolean,
  options: CallOptions,
): Promise<void> {
  const { fs, database } = context;
  const { pack } = added;
  try {
    if (!isThere) {
      await announcePack(database, pack, options);
      await uploadPack(context, pack, options);
    }
    await makeRows({ ...context, shelf: bucketShelf(context) }, added, options);
  } finally {
    await fs.unlink(pack.path).catch(() => undefined);
  }
}

/**
 * Makes a row for a pack that is about to be written to the bucket, without which the bucket has none. To garbage collection
 * it is a pack that nothing leads to: when it is old, its row and then its object are removed.
 */
export async function announcePack(
  database: Database,
  { name, size }: Pick<FinishedPack, 'name' | 'size'>,
  options: CallOptions,
): Promise<void> {
  await database.write(function* () {
    yield* run('INSERT INTO packs (name, size, record_count, created_at) VALUES (?, ?, 0, ?)', [
      name,
      size,
      yield* now(),
    ]);
  }, options);
}

export function bucketShelf(context: Pick<BucketHomeContext, 'objects' | 'database'>): PackShelf {
  return {
    claim: claimPack,
    async discard(pack) {
      await removePacks(context, [pack], {}).catch(() => undefined);
    },
  };
}

/** Takes the place of the announced row, under a new number: numbers of packs only grow. */
function* claimPack({ name }: Pick<FinishedPack, 'name'>): Step<void> {
  const row = yield* one('DELETE FROM packs WHERE name = ? AND record_count = 0 RETURNING id', [name]);
  if (row === undefined) throw goneMeanwhile();
}
