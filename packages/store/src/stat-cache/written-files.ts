import { setTimeout as sleep } from 'node:timers/promises';
import type { FileStamp } from '@cairn/core';
import type { FileSystem } from '@cairn/file';
import { lookAt } from '../packs/look-at.js';
import { isSettled, marginMs } from './is-settled.js';
import type { SeenGroup } from './stat-cache.js';

/** After this time, what was written can be noted, in milliseconds. */
const settleMs = marginMs + 10;
/** A timer may fire a little early, in milliseconds. */
const timerMs = 5;
/** Who made so many files, or so many bytes of them, took so long that it doesn't matter. */
const manyFiles = 100;
const manyBytes = 64 * 1024 * 1024;

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
  /** Each with the time by which it had its name. */
  #files: (WrittenFile & { readonly addedAt: number })[] = [];
  #count = 0;
  #bytes = 0;

  constructor(fs: FileSystem) {
    this.#fs = fs;
  }

  /** Notes what is left, if need be after a wait. Of a few files it isn't worth one: they are read again the next time. */
  async finish(): Promise<void> {
    const isMuch = this.#count >= manyFiles || this.#bytes >= manyBytes;
    if (isMuch && this.#files.length > 0) await sleep(settleMs + timerMs);
    this.noteSettled();
    for (const { group } of this.#files.splice(0)) group.skip();
  }

  add(file: WrittenFile): void {
    this.#files.push({ ...file, addedAt: Date.now() });
    this.#count++;
    this.#bytes += file.stamp.size;
  }

  /** Notes all that were written long enough ago. */
  noteSettled(): void {
    const now = Date.now();
    const count = this.#files.findIndex(({ addedAt }) => addedAt + settleMs >= now);
    for (const file of this.#files.splice(0, count === -1 ? this.#files.length : count))
      this.#note(file, now);
  }

  #note({ path, stamp, digest, group }: WrittenFile, now: number): void {
    const found = lookAt(this.#fs, path);
    const isSame = found?.size === stamp.size && found.mtimeMs === stamp.mtimeMs && found.ino === stamp.ino;
    if (found !== undefined && isSame && isSettled(found, now))
      group.note({ path, stamp: found }, now, digest);
    else group.skip();
  }
}
