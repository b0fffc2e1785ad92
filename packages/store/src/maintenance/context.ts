import { type BlobStore, CairnError, type Hasher, quote } from '@cairn/core';
import type { FileSystem } from '@cairn/file';
import type { PackFiles } from '../packs/pack-files.js';
import type { PackReader } from '../packs/pack-reader.js';
import type { RecordReader } from '../packs/record-reader.js';
import type { Database } from '../sql/database.js';

/** What finding out what is needed works with, wherever the packs are. */
export interface NeedsContext {
  readonly database: Database;
  readonly reader: RecordReader;
  readonly blobs: BlobStore;
}

export interface HashedContext extends NeedsContext {
  readonly hasher: Hasher;
}

/** What keeping a store in a folder in order works with. */
export interface MaintenanceContext extends HashedContext {
  readonly fs: FileSystem;
  readonly files: PackFiles;
  readonly reader: PackReader;
  /** Holds the packs. */
  readonly packs: string;
  /** Holds what is being written. */
  readonly temp: string;
  readonly readOnly: boolean;
  /** The clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/** @throws CairnError `storage_readonly`. */
export function checkWritable({ readOnly, packs }: MaintenanceContext): void {
  if (!readOnly) return;
  throw new CairnError(
    'storage_readonly',
    `can't clean up ${quote(packs)}: the store was opened to be read`,
    {
      hint: 'Open it without { readOnly }, where it can be written to.',
    },
  );
}
