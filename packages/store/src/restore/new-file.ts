import { dirname, join } from 'node:path';
import { CairnError, type FileStamp, quote } from '@cairn/core';
import { type SyncFileSystem, stampOf, tempName, translateFsError } from '@cairn/file';
import { writeFully } from '../packs/write-fully.js';

/**
 * A file that is written beside its place, synchronously, until it is whole. Publish or abandon it. One that is written in a
 * {@link StagedFolder} gets to its place with that.
 *
 * Everything but `abandon` throws `path_conflict` when a folder is there; `storage_full`, `storage_readonly`, `forbidden`, …
 */
export class NewFile {
  readonly #fs: SyncFileSystem;
  readonly #path: string;
  readonly #temp: string;
  readonly #isStaged: boolean;
  #descriptor: number | undefined;
  #isThere = true;

  /** @param stagedAt Where it is written in a staged folder. */
  constructor(fs: SyncFileSystem, path: string, stagedAt?: string) {
    this.#fs = fs;
    this.#path = path;
    this.#temp = stagedAt ?? join(dirname(path), tempName());
    this.#isStaged = stagedAt !== undefined;
    this.#descriptor = this.#writing(() => fs.openSync(this.#temp, 'wx', 0o666));
  }

  write(bytes: Uint8Array): void {
    this.#writing(() => writeFully(this.#fs, this.#descriptor as number, bytes));
  }

  /** Puts it in its place. Returns what it looked like before it had its name. */
  publish(): FileStamp {
    return this.#writing(() => {
      const stamp = stampOf(this.#fs.fstatSync(this.#descriptor as number), this.#path);
      this.#close();
      if (!this.#isStaged) this.#fs.renameSync(this.#temp, this.#path);
      this.#isThere = false;
      return stamp;
    });
  }

  /** Leaves nothing of it, unless it is in its place. Never fails. */
  abandon(): void {
    if (!this.#isThere) return;
    this.#isThere = false;
    tryAll(
      () => this.#close(),
      () => this.#fs.unlinkSync(this.#temp),
    );
  }

  /** Once: by then another thread may have a file of that number. */
  #close(): void {
    const open = this.#descriptor;
    this.#descriptor = undefined;
    if (open !== undefined) this.#fs.closeSync(open);
  }

  #writing<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw writeFailure(error, this.#fs, this.#path);
    }
  }
}

/** What went wrong first is what the caller must hear of. */
export function tryAll(...steps: readonly (() => void)[]): void {
  for (const step of steps) {
    try {
      step();
    } catch {
      // Somebody sweeps it later.
    }
  }
}

/** Says why a file can't be written. Systems name it differently when a folder is there: EISDIR, EEXIST, EPERM. */
export function writeFailure(error: unknown, fs: SyncFileSystem, path: string): unknown {
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
