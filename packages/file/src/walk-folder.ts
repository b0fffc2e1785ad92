import { constants, type Stats } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { CairnError, type FileStamp, quote } from '@cairn/core';
import { type FileOptions, type FileSystem, nodeFileSystem, type SyncFileSystem } from './file-system.js';
import { attempt, translateFsError } from './fs-error.js';
import { type Listing, listFolder } from './list-folder.js';
import { createPauses, type Pauses } from './pauses.js';
import { type Selection, selectionTests } from './selection.js';
import { notAFile } from './stamp.js';
import { pushStamp, stampAt, type WalkedFiles } from './walked-files.js';

export interface WalkFolderOptions extends FileOptions, Selection {}

/** A regular file in a folder. */
export interface WalkedFile {
  /** Below the folder; a valid entry path. */
  readonly path: string;
  readonly absolute: string;
  readonly stamp: FileStamp;
}

/** A folder that is being walked. */
interface Level extends Listing {
  /** The folder without any link in its path. */
  readonly real: string;
  /** `''`, or the path below the root with a slash at the end. */
  readonly prefix: string;
  /** The name to go on with. */
  next: number;
}

/** How many files are looked at before their stamps are handed on. */
const batchSize = 1000;

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
  for await (const files of walkFolderInBatches(root, options)) {
    const { prefix, folder, names } = files;
    for (const [i, name] of names.entries()) {
      options.signal?.throwIfAborted();
      yield { path: prefix + name, absolute: folder + name, stamp: stampAt(files, i) };
    }
  }
}

/** As {@link walkFolder}, but many files at a time, which takes a fraction of the time. No batch is empty. */
export async function* walkFolderInBatches(
  root: string,
  options: WalkFolderOptions = {},
): AsyncGenerator<WalkedFiles, void, undefined> {
  const { fs = nodeFileSystem, signal } = options;
  signal?.throwIfAborted();
  const tests = await selectionTests(options);
  const pauses = createPauses(signal);
  const open = (absolute: string, real: string, prefix: string): Level => {
    return { real, prefix, ...listFolder(fs.sync, absolute, prefix, tests), next: 0 };
  };
  const base = resolve(root);
  const levels = [open(base, await attempt('list', base, fs.realpath(base)), '')];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    yield* filesUpToNextFolder(fs.sync, level, pauses);
    signal?.throwIfAborted();
    const folder = level.names[level.next++];
    if (folder === undefined) {
      levels.pop();
      continue;
    }
    const name = folder.slice(0, -1);
    const absolute = level.inside + name;
    const real = level.links.has(folder) ? await follow(fs, absolute, levels) : join(level.real, name);
    levels.push(open(absolute, real, level.prefix + folder));
    if (pauses.isDue()) await pauses.take();
  }
}

/** What fails is thrown when its turn comes: the files before it are handed on first. */
async function* filesUpToNextFolder(
  fs: SyncFileSystem,
  level: Level,
  pauses: Pauses,
): AsyncGenerator<WalkedFiles> {
  const { inside: folder, prefix } = level;
  // To ask for it is a call of the system, too dear for each file.
  const user = process.geteuid?.();
  while (isFile(level.names[level.next])) {
    const names: string[] = [];
    const stamps: number[] = [];
    try {
      for (; names.length < batchSize && isFile(level.names[level.next]); level.next++) {
        const name = level.names[level.next] as string;
        pushStamp(stamps, look(fs, folder + name, user));
        names.push(name);
        // To ask what time it is costs about as much as a step of this loop.
        if (names.length % 64 === 0 && pauses.isDue()) await pauses.take();
      }
    } catch (error) {
      if (names.length > 0) yield { prefix, folder, names, stamps };
      throw error;
    }
    yield { prefix, folder, names, stamps };
  }
}

function isFile(name: string | undefined): boolean {
  return name !== undefined && !name.endsWith('/');
}

function look(fs: SyncFileSystem, absolute: string, user: number | undefined): Stats {
  let stats: Stats;
  try {
    stats = fs.statSync(absolute);
    if (stats.isFile() && !isReadable(stats, user)) fs.accessSync(absolute, constants.R_OK);
  } catch (error) {
    throw translateFsError(error, 'read', absolute);
  }
  if (!stats.isFile()) throw notAFile(stats, absolute);
  return stats;
}

/** Whether the permissions alone tell that a file can be read, which saves asking for nearly all files. */
function isReadable({ mode, uid }: Stats, user: number | undefined): boolean {
  const needed = uid === user ? 0o400 : 0o044;
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
