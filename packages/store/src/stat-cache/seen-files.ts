import type { FileStamp } from '@cairn/core';
import { digestBytes } from '../packs/pack-format.js';
import { all, one, run, type Step, storedForm } from '../sql/step.js';
import { fromSeenRow, type GroupKey, placeOf, toSeenRow } from './seen-rows.js';

/** What some files of a folder looked like, and which bytes they had then. */
export interface SeenFiles {
  /** By their names. */
  readonly files: ReadonlyMap<string, SeenFile>;
  /** The epoch of garbage collection in which the store had all these bytes. */
  readonly epoch: number;
}

export interface SeenFile {
  readonly stamp: FileStamp;
  readonly digest: Buffer;
}

export function* readSeen(key: GroupKey): Step<SeenFiles | undefined> {
  const { sealing } = yield* storedForm();
  const { folder, first } = placeOf(key, sealing);
  const row = yield* one(
    'SELECT folder, first, epoch, files FROM seen_files WHERE folder = ? AND first = ?',
    [folder, first],
  );
  const found = row && fromSeenRow(row, sealing);
  return found && { epoch: Number(row.epoch), files: decode(found.files) };
}

/** What a row says. */
export interface SeenRow {
  /** Where it is. */
  readonly place: GroupKey;
  readonly folder: string;
  readonly files: ReadonlyMap<string, SeenFile>;
}

/** The next groups in the order of their rows; the first ones after `undefined`. */
export function* nextSeen(after: GroupKey | undefined): Step<SeenRow[]> {
  const { folder, first } = after ?? { folder: '', first: '' };
  const rows = yield* all(
    `SELECT folder, first, files FROM seen_files WHERE folder > ? OR (folder = ? AND first > ?)
     ORDER BY folder, first LIMIT 20`,
    [folder, folder, first],
  );
  const { sealing } = yield* storedForm();
  return rows.map((row) => {
    const place = { folder: String(row.folder), first: String(row.first) };
    const found = fromSeenRow(row, sealing);
    if (found === undefined) return { place, folder: '', files: new Map() };
    return { place, folder: found.folder, files: decode(found.files) };
  });
}

/** @param files As {@link FoundFiles} encodes them. */
export function* writeSeen(
  key: GroupKey,
  { epoch, files }: { readonly epoch: number; readonly files: Uint8Array },
): Step<void> {
  const { sealing } = yield* storedForm();
  const { folder, first } = placeOf(key, sealing);
  yield* run(
    `INSERT INTO seen_files (folder, first, epoch, files) VALUES (?, ?, ?, ?)
     ON CONFLICT (folder, first) DO UPDATE SET epoch = excluded.epoch, files = excluded.files`,
    [folder, first, epoch, toSeenRow(key, files, sealing)],
  );
}

/** Has all files be read again. */
export function* forgetSeen(): Step<void> {
  yield* run('DELETE FROM seen_files');
}

const stampBytes = 4 * 8;
const factBytes = stampBytes + digestBytes;

/** What was found out about files of a group, in columns: as objects they would be most of the garbage of a large put. */
export class FoundFiles {
  readonly #names: string[] = [];
  readonly #count: number;
  #facts: Buffer | undefined;

  /** @param count Of files, at most. */
  constructor(count: number) {
    this.#count = count;
  }

  /** @param digests Holds the file's, from `start`. */
  add(name: string, { size, mtimeMs, ctimeMs, ino }: FileStamp, digests: Uint8Array, start = 0): void {
    const at = this.#names.length * factBytes;
    this.#facts ??= Buffer.alloc(this.#count * factBytes);
    const facts = this.#facts;
    facts.writeDoubleLE(size, at);
    facts.writeDoubleLE(mtimeMs, at + 8);
    facts.writeDoubleLE(ctimeMs, at + 16);
    facts.writeDoubleLE(ino, at + 24);
    for (let i = 0; i < digestBytes; i++) facts[at + stampBytes + i] = digests[start + i] as number;
    this.#names.push(name);
  }

  /** The number of files, their stamps and digests, and their names with a NUL between. */
  encode(): Uint8Array {
    const count = Buffer.alloc(8);
    count.writeUInt32LE(this.#names.length);
    const facts = this.#facts?.subarray(0, this.#names.length * factBytes) ?? new Uint8Array();
    return Buffer.concat([count, facts, Buffer.from(this.#names.join('\0'))]);
  }
}

function decode(found: Uint8Array): Map<string, SeenFile> {
  const bytes = Buffer.from(found.buffer, found.byteOffset, found.length);
  const count = bytes.readUInt32LE();
  const names = bytes.toString('utf8', 8 + count * factBytes).split('\0');
  const files = new Map<string, SeenFile>();
  for (let i = 0, at = 8; i < count; i++, at += factBytes) {
    const stamp = {
      size: bytes.readDoubleLE(at),
      mtimeMs: bytes.readDoubleLE(at + 8),
      ctimeMs: bytes.readDoubleLE(at + 16),
      ino: bytes.readDoubleLE(at + 24),
    };
    const digest = bytes.subarray(at + stampBytes, at + stampBytes + digestBytes);
    files.set(names[i] as string, { stamp, digest });
  }
  return files;
}
