import type { FileStamp } from '@cairn/core';
import { digestBytes } from '../packs/pack-format.js';
import { all, one, run, type Step } from '../sql/step.js';

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

/** A run of files in a folder by which they are kept together, see `group-by-folder.ts`. */
export interface GroupKey {
  readonly folder: string;
  /** The name of the first file. */
  readonly first: string;
}

export function* readSeen({ folder, first }: GroupKey): Step<SeenFiles | undefined> {
  const row = yield* one('SELECT epoch, files FROM seen_files WHERE folder = ? AND first = ?', [
    folder,
    first,
  ]);
  if (row === undefined) return undefined;
  return { epoch: Number(row.epoch), files: decode(row.files as Uint8Array) };
}

/** The next groups in their order, with what was seen of each; the first ones after `undefined`. */
export function* nextSeen(
  after: GroupKey | undefined,
): Step<{ readonly key: GroupKey; readonly files: ReadonlyMap<string, SeenFile> }[]> {
  const { folder, first } = after ?? { folder: '', first: '' };
  const rows = yield* all(
    `SELECT folder, first, files FROM seen_files WHERE folder > ? OR (folder = ? AND first > ?)
     ORDER BY folder, first LIMIT 20`,
    [folder, folder, first],
  );
  return rows.map((row) => ({
    key: { folder: String(row.folder), first: String(row.first) },
    files: decode(row.files as Uint8Array),
  }));
}

/** @param files As {@link FoundFiles} encodes them. */
export function* writeSeen(
  { folder, first }: GroupKey,
  { epoch, files }: { readonly epoch: number; readonly files: Uint8Array },
): Step<void> {
  yield* run(
    `INSERT INTO seen_files (folder, first, epoch, files) VALUES (?, ?, ?, ?)
     ON CONFLICT (folder, first) DO UPDATE SET epoch = excluded.epoch, files = excluded.files`,
    [folder, first, epoch, files],
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
