import { rm } from 'node:fs/promises';
import {
  type AnyIterable,
  type BlobStore,
  CairnError,
  type CallOptions,
  type ContentAlgorithm,
  loadHasher,
  type ObjectStore,
  quote,
  type Store,
} from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import type { AccessCatalog } from '../access/access.js';
import { sqlAccess } from '../access/sql-access.js';
import { adoptPack } from '../adopt/adopt-pack.js';
import type { AdoptedPack, AdoptOptions } from '../adopt/adopted.js';
import { createPutter } from '../blobs/putter.js';
import { sweepTempFiles } from '../blobs/temp-files.js';
import { sqlCatalog } from '../catalog/catalog.js';
import type { PostgresCatalogOptions } from '../catalog/postgres-catalog.js';
import { packFiles } from '../encryption/encrypted-files.js';
import {
  checkEncryption,
  notEncrypted,
  openKeys,
  type RotateKeyOptions,
  rotateKeys,
  type StoreEncryption,
  settleKeys,
} from '../encryption/encryption.js';
import { keysInBucket } from '../encryption/keys-places.js';
import { sealedForm } from '../encryption/sealed-form.js';
import { newFormat, type StoreFormat } from '../format.js';
import { collectGarbage, type GcOptions, type GcResult } from '../maintenance/gc.js';
import { partsOf as partsOfBlob } from '../maintenance/needs.js';
import { type Stats, storeStats } from '../maintenance/stats.js';
import { type VerifyOptions, type VerifyReport, verifyStore } from '../maintenance/verify.js';
import { keyOf } from '../packs/pack-index.js';
import { isOwnerAlive } from '../run-owner.js';
import { migrate } from '../sql/migrations/migrate.js';
import { openPostgres } from '../sql/postgres/database.js';
import { run } from '../sql/step.js';
import { bucketBlobStore } from './bucket-blob-store.js';
import { readBucketFormat, settleBucketFormat } from './bucket-format.js';
import { bucketHome } from './bucket-home.js';
import { BucketReader } from './bucket-reader.js';
import { collectedBucket } from './collected-bucket.js';
import { type DirectPlan, planDirectRead } from './direct-reads.js';
import {
  adoptDirectWrite,
  type DirectWriteContext,
  type OwnerOptions,
  planDirectWrite,
  type WritePlan,
} from './direct-writes.js';
import { filesOfPacks } from './listed-packs.js';
import { packObjects } from './pack-objects.js';
import { pairBucket } from './pair-bucket.js';
import { makePassageFolder } from './passage-folder.js';
import { bucketUnderVerify } from './repair-bucket.js';

export interface TeamStoreOptions extends PostgresCatalogOptions {
  /** Holds the packs: a bucket, or what is below a prefix of one, that nothing else writes to. */
  readonly objects: ObjectStore;
  /** What identifies bytes. Default: what the store has, and `blake3` for a new one. */
  readonly algorithm?: ContentAlgorithm | undefined;
  /**
   * What the packs are encrypted with, in the bucket and on the way there, and digests in the database; see
   * `OpenStoreOptions.encryption`. Default: nothing is.
   */
  readonly encryption?: StoreEncryption | undefined;
  /**
   * A folder of this machine for packs on their way to the bucket. Default: a new one where the machine has temporary files,
   * which is removed in the end, or by the next store on the machine when its process was killed.
   */
  readonly temp?: string | undefined;
}

/** A store that any number of machines share, none of which holds any of it. */
export interface TeamStore extends Store {
  /** The blobs of all projects, which share them. */
  readonly blobs: BlobStore;

  /** Who may do what, for a server. */
  readonly access: AccessCatalog;

  /** What never changes of the store. */
  readonly format: StoreFormat;

  /** How large blobs are, in bytes, by their digests; see `LocalStore.sizesOf`. */
  sizesOf(digests: readonly Uint8Array[], options?: CallOptions): Promise<(number | undefined)[]>;

  /** Which records are not there, or can't be relied on; see `LocalStore.lacks`. */
  lacks(digests: readonly Uint8Array[], options?: CallOptions): Promise<Uint8Array>;

  /**
   * How a large blob can be read from the bucket itself, by signed requests, from a place in it on; `undefined` where it can't
   * be. What is signed has bytes of this blob and nothing else. Absent where the bucket's objects are for nobody else to read.
   *
   * @param digest Without the algorithm.
   * @throws CairnError `not_found`, `integrity_mismatch`, `unavailable`.
   */
  planRead?(
    digest: Uint8Array,
    options?: CallOptions & { readonly at?: number | undefined },
  ): Promise<DirectPlan | undefined>;

  /**
   * How a pack of so many bytes can be written to the bucket itself, by a signed request, for {@link adoptWritten} to take then;
   * `undefined` where it can't be. Absent where what lies in the bucket is encrypted, or the bucket can't copy.
   *
   * @throws CairnError `unavailable`.
   */
  planWrite?(bytes: number, options: OwnerOptions): Promise<WritePlan | undefined>;

  /**
   * Takes a pack that its owner wrote as {@link planWrite} said, as `adoptPack` does. Nothing is left at its place.
   *
   * @throws CairnError as `adoptPack`; `not_found` when nothing is there, when it is another's, and after an hour.
   */
  adoptWritten?(token: string, options: AdoptOptions & OwnerOptions): Promise<AdoptedPack>;

  /** Takes a pack that another store made; see `LocalStore.adoptPack`. */
  adoptPack(bytes: AnyIterable<Uint8Array>, options?: AdoptOptions): Promise<AdoptedPack>;

  /** Removes what no version needs, from the bucket too; see `LocalStore.gc`. */
  gc(options?: GcOptions): Promise<GcResult>;

  /**
   * Reads every byte of the store and says what is wrong with it; see `LocalStore.verify`. With `repair`, an index that was
   * lost is made again from the ends of the packs.
   */
  verify(options?: VerifyOptions): Promise<VerifyReport>;

  /** Says what the store takes in the bucket; see `LocalStore.stats`. */
  stats(options?: CallOptions): Promise<Stats>;

  /** Has another key open an encrypted store; see `LocalStore.rotateKey`. */
  rotateKey(options: RotateKeyOptions): Promise<void>;
}

/**
 * Opens the store whose catalog and index are in PostgreSQL and whose packs are in a bucket, and makes it if there is none.
 * Any number of processes may do so at once, and use it at the same time. Closing it leaves the pool and the bucket open.
 *
 * @example
 * const store = await openTeamStore({ pool: new Pool({ connectionString }), objects: s3ObjectStore({ bucket }) });
 * @throws CairnError `conflict` when it has another algorithm, when a key is given and it isn't encrypted, or when database
 * and bucket are of two stores; `unauthenticated` when it is encrypted and no key is given, `forbidden` when it is another
 * one; `unsupported_format` when a later version of Cairn made it; `unavailable`, `storage_full`, `storage_readonly`;
 * `unauthenticated`, `forbidden` also when the bucket or the database says so.
 */
export async function openTeamStore(options: TeamStoreOptions): Promise<TeamStore> {
  const { pool, objects, encryption, now, liveness = isOwnerAlive } = options;
  const fs = nodeFileSystem;
  const known = await readBucketFormat(objects);
  if (known !== undefined) checkEncryption(objects.location, known.encryption !== undefined, encryption);
  const keys = keysInBucket(objects);
  const opened =
    encryption && (await (known === undefined ? settleKeys(keys, encryption) : openKeys(keys, encryption)));
  const clock = now === undefined ? undefined : () => now().getTime();
  const database = openPostgres({ pool, clock, form: opened && sealedForm(opened.dataKey) });
  await migrate(database);
  // So that there is a row to hold and to lock.
  await database.write(() =>
    run("INSERT INTO engine_state (name, value) VALUES ('epoch', 0) ON CONFLICT (name) DO NOTHING"),
  );
  await pairBucket({ objects, database });
  const format = known ?? (await settleBucketFormat(objects, newFormat(options)));
  checkEncryption(objects.location, format.encryption !== undefined, encryption);
  const { algorithm, chunker } = format;
  if (options.algorithm !== undefined && options.algorithm !== algorithm) {
    throw otherAlgorithm(objects.location, algorithm, options.algorithm);
  }
  const temp = options.temp ?? (await makePassageFolder());
  if (options.temp !== undefined) await sweepTempFiles(fs, temp, Date.now());

  const hasher = await loadHasher(algorithm);
  const held = packObjects(objects, opened?.dataKey);
  const reader = new BucketReader({ objects, packObjects: held, database, hasher });
  const files = packFiles(fs.sync, opened?.dataKey);
  const context = { fs, files, objects, packObjects: held, database, hasher, reader };
  const home = bucketHome(context);
  const place = { fs: fs.sync, files, packs: temp, temp, isPassage: true };
  const smallBytes = chunker.max;
  const putter = await createPutter({ algorithm, chunker, folder: temp, dataKey: opened?.dataKey });
  const blobs = bucketBlobStore(context, home, putter);
  const partsOf = (digest: Uint8Array, call: CallOptions) => partsOfBlob({ reader }, digest, call);
  const links = { database, blobs, partsOf, smallBytes };
  const maintained = { ...context, ...links, temp };
  const adopting = { ...context, place, smallBytes };
  // What lies in the bucket is of use to nobody without the key.
  const direct = opened === undefined ? directUse(objects, adopting) : {};
  let isClosed = false;
  return {
    location: objects.location,
    blobs,
    blobsOf: () => blobs,
    catalog: sqlCatalog(database, { liveness }),
    access: sqlAccess(links),
    format,
    async sizesOf(digests, call) {
      const found = await reader.find(digests, call);
      return digests.map((digest) => found.get(keyOf(digest))?.size);
    },
    ...direct,
    adoptPack: (bytes, call = {}) => adoptPack({ ...adopting, home }, bytes, call),
    lacks: async (digests, call = {}) => (await home.begin(call)).lacks(digests, call),
    gc: (call) => collectGarbage(maintained, collectedBucket(maintained), call),
    verify: (call) => verifyStore(bucketUnderVerify(maintained), call),
    stats: (call) => storeStats(maintained, filesOfPacks(context, call), call),
    async rotateKey(call) {
      if (opened === undefined) throw notEncrypted(objects.location);
      await rotateKeys(opened, call);
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await putter.close();
      if (options.temp === undefined) await rm(temp, { recursive: true, force: true });
    },
  };
}

/** What others may do with the bucket themselves. */
function directUse(
  objects: ObjectStore,
  context: Omit<DirectWriteContext, 'signWrite' | 'copy'>,
): Pick<TeamStore, 'planRead' | 'planWrite' | 'adoptWritten'> {
  const signRead = objects.signRead?.bind(objects);
  const signWrite = objects.signWrite?.bind(objects);
  const copy = objects.copy?.bind(objects);
  const reading = signRead && { ...context, signRead };
  const writing = signWrite && copy && { ...context, signWrite, copy };
  return {
    ...(reading && {
      planRead: (digest, { at = 0, ...call } = {}) => planDirectRead(reading, digest, at, call),
    }),
    ...(writing && {
      planWrite: (bytes, call) => planDirectWrite(writing, bytes, call),
      adoptWritten: (token, call) => adoptDirectWrite(writing, token, call),
    }),
  };
}

function otherAlgorithm(location: string, algorithm: string, wanted: string): CairnError {
  return new CairnError(
    'conflict',
    `the store in ${quote(location)} has ${algorithm} digests, not ${wanted}`,
    {
      hint: 'Leave { algorithm } out, or choose another bucket or prefix.',
    },
  );
}
