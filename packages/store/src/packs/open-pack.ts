import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { FileStamp, Hasher } from '@cairn/core';
import { type SyncFileSystem, stampOf } from '@cairn/file';
import type { NewPackFile, PackFiles } from './pack-files.js';
import { PackTable, type RecordKind } from './pack-format.js';
import { goneMeanwhile } from './pack-index.js';
import { closeQuietly } from './read-only-files.js';

/** A pack is finished when it has this many bytes. */
const fullBytes = 48 * 1024 * 1024;
/** … or this many records. */
const fullCount = 131_072;

/** A pack that is whole and has its name; nobody knows of it yet. */
export interface FinishedPack {
  readonly name: string;
  /** Of its file. */
  readonly path: string;
  /** Of the file, in bytes. */
  readonly size: number;
  /** Its table and footer. */
  readonly end: Uint8Array;
  readonly stamp: FileStamp;
}

export interface PackPlace {
  readonly fs: SyncFileSystem;
  /** How packs are kept in files. */
  readonly files: PackFiles;
  /** Holds the finished packs. */
  readonly packs: string;
  /** Holds those that are being written. */
  readonly temp: string;
  /** Whether packs are on their way to somewhere else, so that they needn't survive a power cut here. Default: `false`. */
  readonly isPassage?: boolean | undefined;
}

/** Random, so that no two packs ever had the same. */
export function newPackName(): string {
  return randomBytes(16).toString('hex');
}

/** A pack that is being written, synchronously. Errors are those of the file system. */
export class OpenPack {
  readonly #place: PackPlace;
  readonly #name = newPackName();
  #path: string;
  readonly #table = new PackTable();
  #file: NewPackFile | undefined;
  /** Of what was written to the pack, in bytes. */
  #size = 0;

  constructor(place: PackPlace) {
    this.#place = place;
    this.#path = join(place.temp, this.#name);
    this.#file = place.files.create(this.#path);
  }

  get isFull(): boolean {
    return this.#size >= fullBytes || this.#table.count >= fullCount;
  }

  /** Appends the bytes of records, which {@link list} then names one by one. */
  write(bytes: Uint8Array): void {
    this.#file?.append(bytes);
    this.#size += bytes.length;
  }

  /** Names the next record of what was written. */
  list(digest: Uint8Array, kind: RecordKind, length: number): void {
    this.#table.add(digest, kind, length);
  }

  /** Makes it durable, unless it only passes, and gives it its name. */
  finish(hasher: Hasher): FinishedPack {
    const end = this.#table.end(hasher);
    this.write(end);
    const size = (this.#file as NewPackFile).finish({ isDurable: !this.#place.isPassage });
    this.#close();
    const written = { path: this.#path, name: this.#name, size, end };
    return settlePack(this.#place, written, (path) => {
      this.#path = path;
    });
  }

  /** Leaves nothing of it. Never fails. */
  abandon(): void {
    try {
      this.#close();
    } catch {
      // It is closed all the same.
    }
    try {
      this.#place.fs.unlinkSync(this.#path);
    } catch {
      // Somebody sweeps it later.
    }
  }

  #close(): void {
    const file = this.#file;
    this.#file = undefined;
    file?.close();
  }
}

/**
 * Gives a file that is a whole pack its name, and makes that durable unless it only passes. Errors are those of the file
 * system.
 *
 * @param onMoved Called with the new path once it has it.
 */
export function settlePack(
  { fs, packs, isPassage }: PackPlace,
  { path: before, ...pack }: Omit<FinishedPack, 'stamp'>,
  onMoved?: (path: string) => void,
): FinishedPack {
  const path = packPath(packs, pack.name);
  unlessSwept(() => fs.renameSync(before, path));
  onMoved?.(path);
  if (!isPassage) syncFolder(fs, dirname(path));
  const stats = unlessSwept(() => fs.lstatSync(path));
  return { ...pack, path, stamp: stampOf(stats, path) };
}

/** Garbage collection takes a file for left over that nobody wrote to for long, or when a clock jumped. */
function unlessSwept<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? goneMeanwhile() : error;
  }
}

export function packPath(packs: string, name: string): string {
  return join(packs, `${name}.pack`);
}

/** Makes the names in a folder durable. Windows has no such call. */
function syncFolder(fs: SyncFileSystem, folder: string): void {
  if (process.platform === 'win32') return;
  const file = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(file);
  } finally {
    closeQuietly(fs, file);
  }
}
