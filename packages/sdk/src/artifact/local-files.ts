import { constants } from 'node:fs';
import { copyFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { CairnError, type CallOptions, checkPath, type FileStamp, quote } from '@cairn/core';
import {
  type Selection,
  sameStamp,
  stampAt,
  stampFile,
  translateFsError,
  type WalkedFiles,
  walkFolderInBatches,
} from '@cairn/file';
import pLimit from 'p-limit';
import type { TempFolder } from '../util/temp-folder.js';
import type { DraftEntry } from './draft-entry.js';
import type { Addition } from './entry-table.js';
import type { FileColumns } from './entry-tree.js';
import { PackedNames } from './packed-names.js';

export interface LocalFileOptions extends CallOptions {
  /** The entry's path, or the folder of the entries. Default: the file's own name, or none. */
  readonly name?: string | undefined;
  /** Whether to copy now what is about to change or to be deleted. Default: `false`, it is read when it is logged. */
  readonly copy?: boolean | undefined;
}

/** The entry that a file on disk becomes. */
export async function fileEntry(
  path: string,
  temp: TempFolder,
  { name, copy = false, signal }: LocalFileOptions,
): Promise<DraftEntry> {
  const absolute = resolve(path);
  const entryPath = checkPath(name ?? basename(absolute));
  const stamp = await stampFile(absolute, { signal }).catch(async (error: unknown) => {
    throw (await isFolder(absolute)) ? notAFile(path, error) : error;
  });
  return copy ? copyNow(entryPath, absolute, stamp, temp) : readLater(entryPath, absolute, stamp);
}

/** What the files of a folder become. */
export async function folderEntries(
  path: string,
  temp: TempFolder,
  { name, copy = false, signal, ...selection }: LocalFileOptions & Selection,
): Promise<Addition[]> {
  const above = name === undefined ? '' : `${checkPath(name)}/`;
  const limit = pLimit(8);
  const copies: Promise<DraftEntry>[] = [];
  const folders = new Map<string, { names: string[]; stamps: number[] } & WalkedFiles>();
  for await (const files of walkFolderInBatches(path, { ...selection, signal })) {
    const { folder, names, stamps } = files;
    const prefix = above + files.prefix;
    // What was a path may be too long below another one.
    if (above !== '') for (const file of names) checkPath(prefix + file);
    if (copy) {
      for (const [i, file] of names.entries()) {
        copies.push(limit(copyNow, prefix + file, folder + file, stampAt(files, i), temp));
      }
      continue;
    }
    const known = folders.get(prefix) ?? { prefix, folder, names: [], stamps: [] };
    folders.set(prefix, known);
    for (const file of names) known.names.push(file);
    for (let i = 0; i < stamps.length; i++) known.stamps.push(stamps[i] as number);
  }
  if (copy) return Promise.all(copies);
  const all: FileColumns[] = [];
  for (const [prefix, files] of folders) {
    // What is known of millions of files is kept where collecting garbage doesn't count it.
    all.push({ ...files, names: new PackedNames(files.names), stamps: Float64Array.from(files.stamps) });
    folders.delete(prefix);
  }
  return all;
}

function readLater(path: string, absolute: string, stamp: FileStamp): DraftEntry {
  return { kind: 'new', path, content: { kind: 'path', path: absolute, stamp } };
}

/** An entry of a copy that is the file as its stamp describes it. */
async function copyNow(
  path: string,
  absolute: string,
  stamp: FileStamp,
  temp: TempFolder,
): Promise<DraftEntry> {
  const copy = await temp.newPath();
  try {
    // On file systems that can, the copy shares the blocks of the file.
    await copyFile(absolute, copy, constants.COPYFILE_FICLONE);
  } catch (error) {
    throw translateFsError(error, 'copy', absolute);
  }
  if (!sameStamp(stamp, await stampFile(absolute))) {
    throw new CairnError('source_changed', `${quote(absolute)} changed while it was copied`, {
      hint: 'Add it again when nothing writes to it.',
    });
  }
  return { ...readLater(path, copy, await stampFile(copy)), from: quote(absolute) };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

function notAFile(path: string, cause: unknown): CairnError {
  return new CairnError('path_invalid', `${quote(path)} is a folder, not a file`, {
    hint: 'Add it by addDir.',
    cause,
  });
}
