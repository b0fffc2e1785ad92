import type { Stats } from 'node:fs';
import { CairnError, type FileStamp, quote } from '@cairn/core';
import { type FileOptions, nodeFileSystem } from './file-system.js';
import { attempt } from './fs-error.js';

/**
 * What a regular file looks like now; links are followed.
 *
 * @throws CairnError `path_invalid` when it is something else, such as a folder or a socket; `not_found`,
 * `forbidden`.
 */
export async function stampFile(path: string, options: FileOptions = {}): Promise<FileStamp> {
  const { fs = nodeFileSystem, signal } = options;
  signal?.throwIfAborted();
  return stampOf(await attempt('read', path, fs.stat(path)), path);
}

/** Whether two stamps are those of one file that was not written in between. */
export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}

/** The stamp in what `stat` answered. @throws CairnError `path_invalid` when it is no regular file. */
export function stampOf(stats: Stats, path: string): FileStamp {
  if (!stats.isFile()) throw notAFile(stats, path);
  const { size, mtimeMs, ctimeMs, ino } = stats;
  return { size, mtimeMs, ctimeMs, ino };
}

type Kind = Pick<
  Stats,
  'isDirectory' | 'isFIFO' | 'isSocket' | 'isBlockDevice' | 'isCharacterDevice' | 'isSymbolicLink'
>;

export function notAFile(kind: Kind, path: string): CairnError {
  return new CairnError('path_invalid', `${quote(path)} is ${describe(kind)}, not a file`, {
    hint: 'Only regular files have contents to keep; leave it out, for example by { exclude }.',
  });
}

function describe(kind: Kind): string {
  if (kind.isDirectory()) return 'a folder';
  if (kind.isFIFO()) return 'a named pipe (FIFO)';
  if (kind.isSocket()) return 'a socket';
  if (kind.isSymbolicLink()) return 'a symbolic link';
  return kind.isBlockDevice() || kind.isCharacterDevice() ? 'a device' : 'something special';
}
