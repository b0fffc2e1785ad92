import { type Dirent, lstatSync, opendirSync } from 'node:fs';
import { join } from 'node:path';

/** What is in a folder and all below it. */
export interface FolderContents {
  /** Files; folders are not counted. */
  readonly objects: number;
  /** The sum of their sizes, in millions of bytes. */
  readonly storedMB: number;
  /** The room that the file system gives them, in millions of bytes. */
  readonly diskMB: number;
}

/** Nothing, for a folder that is not there. */
export function measureFolder(folder: string): FolderContents {
  let objects = 0;
  let bytes = 0;
  let blocks = 0;
  for (const path of filesBelow(folder)) {
    const status = lstatSync(path);
    objects++;
    bytes += status.size;
    blocks += status.blocks;
  }
  return { objects, storedMB: bytes / 1e6, diskMB: (blocks * 512) / 1e6 };
}

/** What tells whether a file was written: by its path, its inode and the time of its last change. */
export type Stamps = ReadonlyMap<string, string>;

export function stampsOf(folder: string): Stamps {
  const stamps = new Map<string, string>();
  for (const path of filesBelow(folder)) {
    const { ino, mtimeNs } = lstatSync(path, { bigint: true });
    stamps.set(path, `${ino} ${mtimeNs}`);
  }
  return stamps;
}

/** The bytes of files that were written since, in millions. */
export function rewrittenMB(folder: string, before: Stamps): number {
  let bytes = 0;
  for (const [path, stamp] of stampsOf(folder)) {
    if (stamp !== before.get(path)) bytes += lstatSync(path).size;
  }
  return bytes / 1e6;
}

function* filesBelow(folder: string): Generator<string> {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

function* entriesOf(folder: string): Generator<Dirent> {
  let opened: ReturnType<typeof opendirSync>;
  try {
    opened = opendirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) yield entry;
  } finally {
    opened.closeSync();
  }
}
