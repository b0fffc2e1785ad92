import type { FileStamp } from '@cairn/core';
import { type FileSystem, stampOf } from '@cairn/file';
import { isSettled, marginMs } from './is-settled.js';
import type { SeenGroup } from './stat-cache.js';

/** After this time, what was written can be noted, in milliseconds. */
export const settleMs: number = marginMs + 10;

interface WrittenFile {
  readonly path: string;
  /** What it looked like before it had its name. */
  readonly stamp: FileStamp;
  readonly digest: Uint8Array;
  readonly group: SeenGroup;
}

/**
 * Files that were just written. They are looked at again a little later: within one tick of the file system's clock, a change
 * by somebody else would not show.
 */
export class WrittenFiles {
  readonly #fs: FileSystem;
  #files: WrittenFile[] = [];

  constructor(fs: FileSystem) {
    this.#fs = fs;
  }

  get isEmpty(): boolean {
    return this.#files.length === 0;
  }

  add(file: WrittenFile): void {
    this.#files.push(file);
  }

  /** Notes all that were written long enough ago. */
  noteSettled(): void {
    const now = Date.now();
    const count = this.#files.findIndex(({ stamp }) => stamp.mtimeMs + settleMs >= now);
    for (const file of this.#files.splice(0, count === -1 ? this.#files.length : count))
      this.#note(file, now);
  }

  #note({ path, stamp, digest, group }: WrittenFile, now: number): void {
    const found = this.#look(path);
    const isSame = found?.size === stamp.size && found.mtimeMs === stamp.mtimeMs && found.ino === stamp.ino;
    if (found !== undefined && isSame && isSettled(found, now))
      group.note({ path, stamp: found }, digest, now);
    else group.skip();
  }

  #look(path: string): FileStamp | undefined {
    try {
      const stats = this.#fs.sync.lstatSync(path, { throwIfNoEntry: false });
      return stats?.isFile() ? stampOf(stats, path) : undefined;
    } catch {
      return undefined;
    }
  }
}
