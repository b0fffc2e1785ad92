import type { ContentDigest, FileStamp } from '@cairn/core';
import { stampOf } from '@cairn/file';
import type { IngestContext } from '../ingest/ingestor.js';
import { closeQuietly } from '../packs/read-only-files.js';
import { writeFully } from '../packs/write-fully.js';
import { PackWindow } from './pack-window.js';
import { publishSync } from './publish-sync.js';

/** Where a record is, for reading it without asking anybody. */
export interface PlacedRecord {
  /** The path of its pack. */
  readonly pack: string;
  readonly start: number;
  readonly length: number;
}

/** A file that is to become a blob's bytes. */
export interface FileToRestore {
  readonly path: string;
  readonly digest: ContentDigest;
  /** In bytes. */
  readonly size: number;
  /** One for a small blob, its chunks for a large one. */
  readonly records: readonly PlacedRecord[];
}

/** What became of a file, and what it looked like then; but its `ctimeMs` is that of before it had its name. */
export type Restored =
  | { readonly outcome: 'written' | 'right'; readonly stamp: FileStamp }
  /** Its records can't be read, or are not what they should be. Nothing was written. */
  | { readonly outcome: 'unreadable' };

/** How much of a file is read at once, in bytes. */
const pieceBytes = 1024 * 1024;

/**
 * Makes files, each whole and at once, in the order of their records. No byte is written to a name that it keeps before
 * all bytes of its file were verified.
 *
 * @throws CairnError `path_conflict`, `storage_full`, `storage_readonly`, `forbidden`, …
 */
export function restoreFiles(context: IngestContext, files: readonly FileToRestore[]): Restored[] {
  const window = new PackWindow(context.files, context.chunker.buffer);
  try {
    window.announce(files.flatMap(({ records }) => records));
    return files.map((file) => restoreFile(context, window, file));
  } finally {
    window.close();
  }
}

const unreadable: Restored = { outcome: 'unreadable' };

function restoreFile(context: IngestContext, window: PackWindow, file: FileToRestore): Restored {
  const right = stampIfRight(context, file);
  if (right !== undefined) return { outcome: 'right', stamp: right };
  const { fs, hasher } = context;
  const [only, ...others] = file.records;
  if (only !== undefined && others.length === 0) {
    const bytes = window.read(only);
    if (bytes === undefined || hasher.hash(bytes) !== file.digest) return unreadable;
    const whole = publishSync(fs, file.path, (descriptor) => {
      writeFully(fs, descriptor, bytes);
      return true;
    });
    return published(whole);
  }
  const stamp = publishSync(fs, file.path, (descriptor) => {
    const hash = hasher.create();
    for (const record of file.records) {
      const bytes = window.read(record);
      if (bytes === undefined) return false;
      hash.update(bytes);
      writeFully(fs, descriptor, bytes);
    }
    return hash.digest() === file.digest;
  });
  return published(stamp);
}

function published(stamp: FileStamp | undefined): Restored {
  return stamp === undefined ? unreadable : { outcome: 'written', stamp };
}

/** What a file looks like if it is there, is no link, and has exactly the right bytes. */
function stampIfRight(
  { fs, hasher }: IngestContext,
  { path, digest, size }: FileToRestore,
): FileStamp | undefined {
  let descriptor: number | undefined;
  try {
    const there = fs.lstatSync(path, { throwIfNoEntry: false });
    if (!there?.isFile() || there.size !== size) return undefined;
    descriptor = fs.openSync(path, 'r');
    const piece = Buffer.allocUnsafe(Math.min(size, pieceBytes));
    const hash = hasher.create();
    for (let read = 0; read < size; ) {
      const count = fs.readSync(descriptor, piece, 0, piece.length, null);
      if (count === 0) return undefined;
      hash.update(piece.subarray(0, count));
      read += count;
    }
    return hash.digest() === digest ? stampOf(there, path) : undefined;
  } catch {
    return undefined; // it can't be read, but perhaps replaced
  } finally {
    if (descriptor !== undefined) closeQuietly(fs, descriptor);
  }
}
