import type { PackFile, PackFiles } from '../packs/pack-files.js';
import type { PlacedRecord } from './restore-files.js';

/** What lies between two records may be read along if it is no longer than this, in bytes. */
const maxGap = 64 * 1024;

/** Reads records of packs, many by one call where they lie close together and are read in order. */
export class PackWindow {
  readonly #files: PackFiles;
  readonly #buffer: Uint8Array;
  #coming: readonly PlacedRecord[] = [];
  #next = 0;
  #open: { readonly pack: string; readonly file: PackFile } | undefined;
  /** Which part of the open pack is in the buffer. */
  #start = 0;
  #end = 0;

  /** @param buffer As long as the longest record at least. What {@link read} answers lies in it. */
  constructor(files: PackFiles, buffer: Uint8Array) {
    this.#files = files;
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
      record.pack !== this.#open?.pack ||
      record.start < this.#start ||
      record.start + record.length > this.#end
    ) {
      if (!this.#fill(record)) return undefined;
    }
    const at = record.start - this.#start;
    return this.#buffer.subarray(at, at + record.length);
  }

  close(): void {
    this.#open?.file.close();
    this.#open = undefined;
  }

  #fill(record: PlacedRecord): boolean {
    if (record.length > this.#buffer.length) return false;
    try {
      if (record.pack !== this.#open?.pack) {
        this.close();
        this.#open = { pack: record.pack, file: this.#files.open(record.pack) };
      }
      const length = this.#lengthFrom(record);
      const filled = this.#open.file.read({ buffer: this.#buffer, length, position: record.start });
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
