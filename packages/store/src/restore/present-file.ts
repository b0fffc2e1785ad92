import type { ContentDigest, FileStamp, Hasher, IncrementalHash } from '@cairn/core';
import { type SyncFileSystem, stampOf } from '@cairn/file';
import { readFully } from '../packs/read-fully.js';
import { closeQuietly, openToRead } from '../packs/read-only-files.js';
import type { Target } from './restore-files.js';

export interface PresentContext {
  readonly fs: SyncFileSystem;
  readonly hasher: Hasher;
}

/** What was found out about a file by reading some of it. */
export interface Compared {
  readonly bytesRead: number;
  /** Whether all is known now. Then the file is closed. */
  readonly isEnd: boolean;
  /** At the end, what the file looks like if it has exactly the right bytes. */
  readonly right?: FileStamp | undefined;
}

/** A file that may have the right bytes already, read synchronously to find out. What can't be read can perhaps be replaced. */
export class PresentFile {
  readonly #fs: SyncFileSystem;
  readonly #stamp: FileStamp;
  readonly #digest: ContentDigest;
  readonly #hash: IncrementalHash;
  readonly #descriptor: number;
  #bytesRead = 0;

  /** `undefined` if there is none, or it is a link, or has another size. */
  static open(context: PresentContext, target: Target): PresentFile | undefined {
    const { path, size } = target;
    try {
      const there = context.fs.lstatSync(path, { throwIfNoEntry: false });
      if (!there?.isFile() || there.size !== size) return undefined;
      return new PresentFile(context, target, stampOf(there, path));
    } catch {
      return undefined;
    }
  }

  private constructor({ fs, hasher }: PresentContext, { path, digest }: Target, stamp: FileStamp) {
    this.#fs = fs;
    this.#stamp = stamp;
    this.#digest = digest;
    this.#hash = hasher.create();
    this.#descriptor = openToRead(fs, path);
  }

  /** Reads on, as much as a buffer takes. */
  compare(buffer: Uint8Array): Compared {
    const length = Math.min(buffer.length, this.#stamp.size - this.#bytesRead);
    const count = this.#read(buffer, length);
    this.#hash.update(buffer.subarray(0, count));
    this.#bytesRead += count;
    const isWhole = this.#bytesRead === this.#stamp.size;
    const isEnd = isWhole || count < length;
    if (isEnd) this.close();
    const isRight = isWhole && this.#hash.digest() === this.#digest;
    return { bytesRead: count, isEnd, right: isRight ? this.#stamp : undefined };
  }

  close(): void {
    closeQuietly(this.#fs, this.#descriptor);
  }

  #read(buffer: Uint8Array, length: number): number {
    try {
      return readFully(this.#fs, this.#descriptor, { buffer, length, position: null });
    } catch {
      return 0;
    }
  }
}
