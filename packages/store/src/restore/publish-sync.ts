import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { CairnError, type FileStamp, quote } from '@cairn/core';
import { type SyncFileSystem, stampOf, translateFsError } from '@cairn/file';

const prefix = randomBytes(8).toString('hex');
let count = 0;

/**
 * Writes a file beside its place, and puts it there if `write` says that it is whole. Returns what it looked like before it had
 * its name, or `undefined` when it is not there.
 *
 * @throws CairnError `path_conflict` when a folder is there; `storage_full`, `storage_readonly`, `forbidden`, …
 */
export function publishSync(
  fs: SyncFileSystem,
  path: string,
  write: (descriptor: number) => boolean,
): FileStamp | undefined {
  const number = (count++ >>> 0).toString(16).padStart(8, '0');
  const temp = join(dirname(path), `.cairn-${prefix}${number}.tmp`);
  let descriptor: number | undefined;
  let isThere = false;
  // Once: by then another thread may have a file of that number.
  const close = () => {
    const open = descriptor;
    descriptor = undefined;
    if (open !== undefined) fs.closeSync(open);
  };
  try {
    descriptor = fs.openSync(temp, 'wx', 0o666);
    isThere = true;
    if (!write(descriptor)) return undefined;
    const stamp = stampOf(fs.fstatSync(descriptor), path);
    close();
    fs.renameSync(temp, path);
    isThere = false;
    return stamp;
  } catch (error) {
    throw describe(error, fs, path);
  } finally {
    if (isThere) tryAll(close, () => fs.unlinkSync(temp));
  }
}

/** What went wrong first is what the caller must hear of. */
function tryAll(...steps: readonly (() => void)[]): void {
  for (const step of steps) {
    try {
      step();
    } catch {
      // Somebody sweeps it later.
    }
  }
}

/** Systems name it differently when a folder is there: EISDIR, EEXIST, EPERM. */
function describe(error: unknown, fs: SyncFileSystem, path: string): unknown {
  try {
    if (fs.lstatSync(path).isDirectory()) {
      return new CairnError('path_conflict', `can't write ${quote(path)}: a folder is there`, {
        hint: 'Remove it or choose another place.',
        cause: error,
      });
    }
  } catch {
    // Then that is not the reason.
  }
  return translateFsError(error, 'write', path);
}
