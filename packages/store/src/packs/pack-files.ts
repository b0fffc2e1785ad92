import type { SyncFileSystem } from '@cairn/file';
import { type Filling, readFully } from './read-fully.js';
import { closeQuietly, openToRead } from './read-only-files.js';
import { writeFully } from './write-fully.js';

/**
 * The files that packs are kept in: every byte of a pack on this machine is read and written through this. What a file has
 * may be more than what its pack has. Errors are those of the file system.
 */
export interface PackFiles {
  /** Opens a file to read the pack in it. A link in its place is refused: what it leads to is not ours. */
  open(path: string): PackFile;
  /** Makes a file for a new pack. */
  create(path: string): NewPackFile;
  /** How many bytes of a pack a file of so many bytes has. */
  packSize(fileSize: number): number;
}

/** A file that is open to be read. */
export interface PackFile {
  /** Of the file, in bytes; `undefined` if it is none, such as a folder. */
  size(): number | undefined;
  /** Reads from a place in the pack on, and returns how much that was: less where the pack ends, or can't be relied on. */
  read(filling: Filling & { readonly position: number }): number;
  /** Never fails. */
  close(): void;
}

/** A file that is being written. */
export interface NewPackFile {
  append(bytes: Uint8Array): void;
  /** Writes what is still to be written, after which nothing can be appended, and returns the size of the file in bytes. */
  finish(options: { readonly isDurable: boolean }): number;
  /** Closes it, finished or not. */
  close(): void;
}

/** Nobody edits a pack. Windows would neither replace nor remove a read-only file. */
export const packMode: number = process.platform === 'win32' ? 0o666 : 0o444;

/** Files that are what their packs are. */
export function plainFiles(fs: SyncFileSystem): PackFiles {
  return {
    open(path) {
      const file = openToRead(fs, path);
      return {
        size() {
          const stats = fs.fstatSync(file);
          return stats.isFile() ? stats.size : undefined;
        },
        read: (filling) => readFully(fs, file, filling),
        close: () => closeQuietly(fs, file),
      };
    },
    create(path) {
      const file = fs.openSync(path, 'wx', packMode);
      let size = 0;
      return {
        append(bytes) {
          writeFully(fs, file, bytes);
          size += bytes.length;
        },
        finish({ isDurable }) {
          if (isDurable) fs.fsyncSync(file);
          return size;
        },
        close: () => fs.closeSync(file),
      };
    },
    packSize: (fileSize) => fileSize,
  };
}
