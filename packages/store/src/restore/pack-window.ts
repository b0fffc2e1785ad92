import type { SyncFileSystem } from '@cairn/file';
import { readFully } from '../packs/read-fully.js';
import { closeQuietly, openToRead } from '../packs/read-only-files.js';
import type { PlacedRecord } from './restore-files.js';

/** What lies between two records may be read along if it is no longer than this, in bytes. */
const maxGap = 64 * 1024;

/** Reads records of packs, many by one call where they lie close together and are read in order. */
export class PackWindow {
  readonly #fs: SyncFileSystem;
  readonly #buffer: Uint8Array;
  #coming: readonly PlacedRecord[] = [];
  #next = 0;
  #file: { readonly pack: string; readonly descriptor: number } | undefined;
  /** Which part of the open pack is in the buffer. */
  #start = 0;
  #end = 0;

  /** @param buffer As long as the longest record at least. What {@link read} answers lies in it. */
  constructor(fs: SyncFileSystem, buffer: Uint8Array) {
    this.#fs = fs;
    this.#buffer = buffer;
  }

  /** Tells which records will be read, in this order. */
  announce(records: readonly PlacedRecord[]): void {
    this.#coming = records;
    this.#next = 0;
  }

  /** The bytes of a record, until the next call; `undefined` if they are not there or can't be read. */
  read(record: PlacedRecord): Uint8Array | undefined {
    while (this.#coming[this.#next] !== record && this.#next < this.#coming.length) this.#next++;
    if (
      record.pack !== this.#file?.pack ||
      record.start < this.#start ||
      record.start + record.length > this.#end
    ) {
      if (!this.#fill(record)) return undefined;
    }
    const at = record.start - this.#start;
    return this.#buffer.subarray(at, at + record.length);
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeQuietly(this.#fs, file.descriptor);
  }

  #fill(record: PlacedRecord): boolean {
    if (record.length > this.#buffer.length) return false;
    try {
      if (record.pack !== this.#file?.pack) {
        this.close();
        this.#file = { pack: record.pack, descriptor: openToRead(this.#fs, record.pack) };
      }
      const length = this.#lengthFrom(record);
      const filling = { buffer: this.#buffer, length, position: record.start };
      const filled = readFully(this.#fs, this.#file.descriptor, filling);
      this.#start = record.start;
      this.#end = record.start + filled;
      return filled >= record.length;
    } catch {
      this.#end = this.#start;
      return false;
    }
  }

  /** How much to read from a record on: as far as the coming ones lie close together and the buffer has room. */
  #lengthFrom(record: PlacedRecord): number {
    let end = record.start + record.length;
    for (let i = this.#next + 1; i < this.#coming.length; i++) {
      const { pack, start, length } = this.#coming[i] as PlacedRecord;
      const isClose = pack === record.pack && start >= record.start && start - end <= maxGap;
      if (!isClose || start + length - record.start > this.#buffer.length) break;
      end = Math.max(end, start + length);
    }
    return end - record.start;
  }
}
