import {
  type AnyIterable,
  type ContentAlgorithm,
  loadHasher,
  type PutResult,
  type Source,
  type TransferOptions,
} from '@cairn/core';
import { type FileSystem, nodeFileSystem } from '@cairn/file';
import type { ChunkerParams } from '../chunker/chunker-params.js';
import { packFiles } from '../encryption/encrypted-files.js';
import type { DataKey } from '../encryption/pack-cipher.js';
import { batchBytes, sharedPorts } from '../threads/ports.js';
import type { PackHome } from './pack-home.js';
import { putBlobs } from './put-blobs.js';

export interface PutterOptions {
  readonly algorithm: ContentAlgorithm;
  readonly chunker: ChunkerParams;
  /** A folder of this machine where packs are made before the home takes them. The home removes them. */
  readonly folder: string;
  /** What they are encrypted with there, if they are. */
  readonly dataKey?: DataKey | undefined;
  /** Default: the real file system. */
  readonly fs?: FileSystem | undefined;
}

/** Puts into homes that are elsewhere. */
export interface Putter {
  /** See `BlobStore.put`. @param home Where the packs of this put go. */
  put(home: PackHome, sources: AnyIterable<Source>, options?: TransferOptions): AsyncIterable<PutResult>;
  /** Ends its threads. Idempotent. */
  close(): Promise<void>;
}

export async function createPutter(options: PutterOptions): Promise<Putter> {
  const { algorithm, chunker, folder, dataKey, fs = nodeFileSystem } = options;
  const hasher = await loadHasher(algorithm);
  const files = packFiles(fs.sync, dataKey);
  const place = { fs: fs.sync, files, packs: folder, temp: folder, isPassage: true };
  const ports = sharedPorts({ ...place, dataKey, hasher, chunker, workers: fs === nodeFileSystem });
  const context = { fs, hasher, ports, limits: { smallBytes: chunker.max, batchBytes } };
  return {
    put: (home, sources, call = {}) => putBlobs({ ...context, home }, sources, call),
    close: () => ports.close(),
  };
}
