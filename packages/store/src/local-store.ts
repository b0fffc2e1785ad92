import { type AnyIterable, type BlobStore, type CallOptions, loadHasher, type Store } from '@cairn/core';
import { type FileSystem, nodeFileSystem } from '@cairn/file';
import type { AccessCatalog } from './access/access.js';
import { sqlAccess } from './access/sql-access.js';
import { adoptPack } from './adopt/adopt-pack.js';
import type { AdoptedPack, AdoptOptions } from './adopt/adopted.js';
import { folderHome } from './blobs/folder-home.js';
import { isReadOnly, packBlobStore } from './blobs/pack-blob-store.js';
import { sqlCatalog } from './catalog/catalog.js';
import type { Liveness } from './catalog/run-rows.js';
import { packFiles } from './encryption/encrypted-files.js';
import { notEncrypted, type OpenedKeys, type RotateKeyOptions, rotateKeys } from './encryption/encryption.js';
import type { StoreFormat } from './format.js';
import { collectedFolder } from './maintenance/collected-folder.js';
import { collectGarbage, type GcOptions, type GcResult } from './maintenance/gc.js';
import { partsOf as partsOfBlob } from './maintenance/needs.js';
import { folderUnderVerify } from './maintenance/repair.js';
import { filesOfPacks, type Stats, storeStats } from './maintenance/stats.js';
import { type VerifyOptions, type VerifyReport, verifyStore } from './maintenance/verify.js';
import { keyOf } from './packs/pack-index.js';
import { PackReader } from './packs/pack-reader.js';
import { folderShelf } from './packs/pack-shelf.js';
import type { Database } from './sql/database.js';
import { packsOf, tempOf } from './store-folder.js';
import { batchBytes, sharedPorts } from './threads/ports.js';

/** A store in a folder of this machine, and what keeps it in order. */
export interface LocalStore extends Store {
  /** The blobs of all projects, which share them. */
  readonly blobs: BlobStore;

  /** Who may do what, for a server. Who opens the folder itself needs no key. */
  readonly access: AccessCatalog;

  /** What never changes of the store. */
  readonly format: StoreFormat;

  /**
   * How large blobs are, in bytes, by their digests without the algorithm; `undefined` for what isn't there.
   *
   * @throws CairnError `unavailable`.
   */
  sizesOf(digests: readonly Uint8Array[], options?: CallOptions): Promise<(number | undefined)[]>;

  /**
   * One byte for each digest, without its algorithm: 1 when a put would have to bring it, because it isn't there or is damaged;
   * else 0. Only what looks changed on the disk is read for it.
   *
   * @throws CairnError `unavailable`.
   */
  lacks(digests: readonly Uint8Array[], options?: CallOptions): Promise<Uint8Array>;

  /**
   * Takes a pack that another store made, as a server does for its clients. Every record is read and compared with its
   * digest before anybody can see any of it.
   *
   * @param bytes Of the pack's file.
   * @throws CairnError `integrity_mismatch` when it is no pack or something in it isn't what its digest says; `conflict`,
   * which is retryable, when a recipe relies on what isn't there; `quota_exceeded` when it is too large; `storage_full`,
   * `storage_readonly`, `unavailable`.
   */
  adoptPack(bytes: AnyIterable<Uint8Array>, options?: AdoptOptions): Promise<AdoptedPack>;

  /**
   * Removes what no version needs. Safe beside writers, readers and other collections of garbage; what is interrupted is
   * finished by the next.
   *
   * @throws CairnError `integrity_mismatch` when a manifest can't be read, or the index lacks something that a version needs, before
   * anything is removed; `storage_readonly`, `storage_full`, `unavailable`.
   */
  gc(options?: GcOptions): Promise<GcResult>;

  /**
   * Reads every byte of the store and says what is wrong with it: what is wrong is no error.
   *
   * @throws CairnError `unavailable`; `storage_readonly`, `storage_full` with `repair`.
   */
  verify(options?: VerifyOptions): Promise<VerifyReport>;

  /**
   * Says what the store takes on the disk, to the byte, and what deleting each version would free. Reads all manifests.
   *
   * @throws CairnError `integrity_mismatch` when a manifest can't be read; `unavailable`.
   */
  stats(options?: CallOptions): Promise<Stats>;

  /**
   * Has another key open an encrypted store. What is stored stays as it is, and whoever has the store open goes on. One call at a
   * time: of two, the later one decides.
   *
   * @throws CairnError `conflict` when the store isn't encrypted; `unauthenticated` when the key is none; `storage_readonly`,
   * `storage_full`, `unavailable`.
   */
  rotateKey(options: RotateKeyOptions): Promise<void>;
}

export interface LocalStoreParts {
  readonly fs: FileSystem;
  readonly folder: string;
  /** Its schema is up to date. */
  readonly database: Database;
  readonly format: StoreFormat;
  readonly liveness: Liveness;
  readonly readOnly: boolean;
  /** Of an encrypted store. */
  readonly opened?: OpenedKeys | undefined;
  /** The clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Puts a store together. Closing it closes its database. */
export async function localStore(parts: LocalStoreParts): Promise<LocalStore> {
  const { fs, folder, database, format, liveness, readOnly, opened, now } = parts;
  const dataKey = opened?.dataKey;
  const { algorithm, chunker } = format;
  const hasher = await loadHasher(algorithm);
  const [packs, temp] = [packsOf(folder), tempOf(folder)];
  const workers = fs === nodeFileSystem;
  const files = packFiles(fs.sync, dataKey);
  const place = { fs: fs.sync, files, packs, temp };
  const ports = sharedPorts({ ...place, dataKey, hasher, chunker, workers });
  const reader = new PackReader({ fs, files, database, hasher, packs, readOnly });
  const limits = { smallBytes: chunker.max, batchBytes };
  const home = folderHome({ files, database, hasher, reader, shelf: folderShelf(fs, packs) });
  const blobs = packBlobStore({ fs, database, hasher, reader, home, ports, packs, limits, readOnly });
  const maintained = { fs, files, database, hasher, reader, blobs, packs, temp, readOnly, now };
  const partsOf = (digest: Uint8Array, options: CallOptions) => partsOfBlob({ reader }, digest, options);
  const links = { database, blobs, partsOf, smallBytes: chunker.max };
  return {
    location: folder,
    blobs,
    blobsOf: () => blobs,
    access: sqlAccess(links),
    format,
    async sizesOf(digests, options) {
      const found = await reader.find(digests, options);
      return digests.map((digest) => found.get(keyOf(digest))?.size);
    },
    lacks: async (digests, options = {}) => (await home.begin(options)).lacks(digests, options),
    catalog: sqlCatalog(database, { liveness }),
    async adoptPack(bytes, options = {}) {
      if (readOnly) throw isReadOnly(packs);
      return adoptPack({ files, hasher, reader, home, place, smallBytes: chunker.max }, bytes, options);
    },
    gc: (options) => collectGarbage(maintained, collectedFolder(maintained), options),
    verify: (options) => verifyStore(folderUnderVerify({ ...maintained, ...links }), options),
    stats: (options) => storeStats(maintained, filesOfPacks(maintained), options),
    async rotateKey(options) {
      if (opened === undefined) throw notEncrypted(folder);
      if (readOnly) throw isReadOnly(folder);
      await rotateKeys(opened, options);
    },
    async close() {
      await ports.close();
      await database.close();
    },
  };
}
