import { constants, type Stats } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { CairnError, type FileStamp, quote } from '@cairn/core';
import { type FileOptions, type FileSystem, nodeFileSystem } from './file-system.js';
import { attempt } from './fs-error.js';
import { type Child, listFolder } from './list-folder.js';
import { mapInOrder } from './map-in-order.js';
import { type Selection, selectionTests } from './selection.js';
import { stampOf } from './stamp.js';

export interface WalkFolderOptions extends FileOptions, Selection {}

/** A regular file in a folder. */
export interface WalkedFile {
  /** Below the folder; a valid entry path. */
  readonly path: string;
  readonly absolute: string;
  readonly stamp: FileStamp;
}

/** How many files are looked at at once; the threads that do it are four by default. */
const concurrency = 16;

/** A folder that is being walked. */
interface Level {
  readonly absolute: string;
  /** The same without any link in it. */
  readonly real: string;
  /** `''`, or the path below the root with a slash at the end. */
  readonly prefix: string;
  readonly children: readonly Child[];
  /** The child to go on with. */
  next: number;
}

/**
 * All files in a folder and in those below it, in the order of their paths' UTF-8 bytes. Links to files and to
 * folders are followed. What can't be taken is an error that names it and never left out, unless the globs leave it
 * out. Holds the names of one folder per level, and no open file between two steps.
 *
 * @throws CairnError `path_invalid` for a socket, FIFO or device, for a name that can't be in an artifact, and for a
 * link that leads back into a folder it is in; `not_found` for a broken link, and when there is no folder at `root`;
 * `forbidden` for what can't be read.
 */
export async function* walkFolder(
  root: string,
  options: WalkFolderOptions = {},
): AsyncGenerator<WalkedFile, void, undefined> {
  const { fs = nodeFileSystem, signal } = options;
  signal?.throwIfAborted();
  const tests = await selectionTests(options);
  const open = async (absolute: string, real: string, prefix: string): Promise<Level> => {
    return { absolute, real, prefix, children: await listFolder(fs, absolute, prefix, tests), next: 0 };
  };
  const base = resolve(root);
  const levels = [await open(base, await attempt('list', base, fs.realpath(base)), '')];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    yield* mapInOrder(filesUpToNextFolder(level), concurrency, (file) => {
      signal?.throwIfAborted();
      return look(fs, file);
    });
    signal?.throwIfAborted();
    const folder = level.children[level.next++];
    if (folder === undefined) {
      levels.pop();
      continue;
    }
    const absolute = join(level.absolute, folder.name);
    const real =
      folder.kind === 'folder' ? join(level.real, folder.name) : await follow(fs, absolute, levels);
    levels.push(await open(absolute, real, `${level.prefix}${folder.name}/`));
  }
}

type FileToLook = Omit<WalkedFile, 'stamp'>;

function* filesUpToNextFolder(level: Level): Generator<FileToLook> {
  for (; level.children[level.next]?.kind === 'file'; level.next++) {
    const { name } = level.children[level.next] as Child;
    yield { path: `${level.prefix}${name}`, absolute: join(level.absolute, name) };
  }
}

async function look(fs: FileSystem, { path, absolute }: FileToLook): Promise<WalkedFile> {
  const stats = await attempt('read', absolute, fs.stat(absolute));
  const stamp = stampOf(stats, absolute);
  if (!isReadable(stats)) await attempt('read', absolute, fs.access(absolute, constants.R_OK));
  return { path, absolute, stamp };
}

/** Whether the permissions alone tell that this process may read a file, which saves asking for nearly all files. */
function isReadable({ mode, uid }: Stats): boolean {
  const needed = uid === process.geteuid?.() ? 0o400 : 0o044;
  return (mode & needed) === needed;
}

/** Where a link to a folder leads, unless walking into it would never end. */
async function follow(fs: FileSystem, link: string, levels: readonly Level[]): Promise<string> {
  const target = await attempt('follow the link', link, fs.realpath(link));
  const inside = target.endsWith(sep) ? target : `${target}${sep}`;
  if (levels.every(({ real }) => real !== target && !real.startsWith(inside))) return target;
  throw new CairnError('path_invalid', `the link ${quote(link)} leads back into a folder that it is in`, {
    hint: 'Remove the link, or leave it out by { exclude }.',
  });
}
