import type { ContentDigest, FileStamp } from '@cairn/core';
import type { IngestContext } from '../ingest/ingestor.js';
import { PackWindow } from './pack-window.js';
import { PresentFile } from './present-file.js';
import { publishSync } from './publish-sync.js';

/** Where a record is, for reading it without asking anybody. */
export interface PlacedRecord {
  /** The path of its pack. */
  readonly pack: string;
  readonly start: number;
  readonly length: number;
}

/** A file that is to become a blob's bytes. */
export interface Target {
  readonly path: string;
  readonly digest: ContentDigest;
  /** In bytes. */
  readonly size: number;
}

/** One that is to become a small blob's. */
export interface FileToRestore extends Target {
  /** Where it is written in a {@link StagedFolder}. There is no such file yet. Default: beside its place. */
  readonly stagedAt?: string | undefined;
  /** `undefined` if nobody knows where it is. */
  readonly record: PlacedRecord | undefined;
}

/** What became of a file, and what it looked like then; but its `ctimeMs` is that of before it had its name. */
export type Restored =
  | { readonly outcome: 'written' | 'right'; readonly stamp: FileStamp }
  /** Its records can't be read, or are not what they should be. Nothing was written. */
  | { readonly outcome: 'unreadable' };

export const unreadable: Restored = { outcome: 'unreadable' };

/**
 * Makes files of small blobs, each whole and at once, in the order of their records. No byte is written before all of its file
 * were verified.
 *
 * @throws CairnError `path_conflict`, `storage_full`, `storage_readonly`, `forbidden`, …
 */
export function restoreFiles(context: IngestContext, files: readonly FileToRestore[]): Restored[] {
  const window = new PackWindow(context.files, context.chunker.buffer);
  try {
    window.announce(files.flatMap(({ record }) => record ?? []));
    return files.map((file) => restoreFile(context, window, file));
  } finally {
    window.close();
  }
}

function restoreFile(context: IngestContext, window: PackWindow, file: FileToRestore): Restored {
  const { fs, hasher } = context;
  const { path, digest, record, stagedAt } = file;
  const present = stagedAt === undefined ? PresentFile.open(context, file) : undefined;
  const right = present?.compare(Buffer.allocUnsafe(file.size)).right;
  if (right !== undefined) return { outcome: 'right', stamp: right };
  const bytes = record === undefined ? undefined : window.read(record);
  if (bytes === undefined || hasher.hash(bytes) !== digest) return unreadable;
  return { outcome: 'written', stamp: publishSync(fs, path, bytes, stagedAt) };
}
