import type { Stats } from 'node:fs';
import { CairnError, type FileStamp, quote } from '@cairn/core';
import { type SyncFileSystem, sameStamp, stampOf, translateFsError } from '@cairn/file';
import { readFully } from '../packs/read-fully.js';
import { closeQuietly, openSource } from '../packs/read-only-files.js';

/** A file to be read, and what it looked like when it was added. */
export interface FileToRead {
  readonly path: string;
  readonly stamp: FileStamp;
}

/** A file that is being read, synchronously. Close it. */
export class SourceFile {
  readonly stamp: FileStamp;
  readonly #fs: SyncFileSystem;
  readonly #path: string;
  readonly #descriptor: number;

  constructor(fs: SyncFileSystem, { path, stamp }: FileToRead) {
    this.#fs = fs;
    this.#path = path;
    this.stamp = stamp;
    this.#descriptor = this.#reading(() => openSource(fs, path));
  }

  /** Reads the next `length` bytes into a buffer, and returns how many there were. */
  read(buffer: Uint8Array, start: number, length: number): number {
    const filling = { buffer, at: start, length, position: null };
    try {
      return readFully(this.#fs, this.#descriptor, filling);
    } catch (error) {
      // A pipe that took the file's place has nothing to read yet; a folder never has.
      if (!this.#look().isFile()) throw this.#changed(error);
      throw translateFsError(error, 'read', this.#path);
    }
  }

  /**
   * A file that looks the same after it was read was the same all the while.
   *
   * @param bytesRead Of all of it.
   * @throws CairnError `source_changed`.
   */
  checkUnchanged(bytesRead: number): void {
    const now = this.#look();
    const isSame = now.isFile() && sameStamp(stampOf(now, this.#path), this.stamp);
    if (bytesRead !== this.stamp.size || !isSame) throw this.#changed();
  }

  close(): void {
    closeQuietly(this.#fs, this.#descriptor);
  }

  #look(): Stats {
    return this.#reading(() => this.#fs.fstatSync(this.#descriptor));
  }

  #changed(cause?: unknown): CairnError {
    return new CairnError('source_changed', `${quote(this.#path)} changed after it was added`, {
      hint: 'Add it again once nothing writes to it, or add it with { copy: true }.',
      ...(cause === undefined ? {} : { cause }),
    });
  }

  #reading<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translateFsError(error, 'read', this.#path);
    }
  }
}
