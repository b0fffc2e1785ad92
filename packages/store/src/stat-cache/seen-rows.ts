import type { Row } from '../sql/step.js';
import type { Sealing } from '../sql/stored-form.js';

/** A run of files in a folder by which they are kept together, see `group-by-folder.ts`. */
export interface GroupKey {
  readonly folder: string;
  /** The name of the first file. */
  readonly first: string;
}

/** What the row of a group is found by. Where something is sealed, names of files are too. */
export function placeOf({ folder, first }: GroupKey, sealing: Sealing | undefined): GroupKey {
  return sealing === undefined
    ? { folder, first }
    : { folder: sealing.nameOf(`${folder}\0${first}`), first: '' };
}

/** @param files What is known of them. */
export function toSeenRow(key: GroupKey, files: Uint8Array, sealing: Sealing | undefined): Uint8Array {
  if (sealing === undefined) return files;
  const path = Buffer.from(key.folder);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(path.length);
  return sealing.seal(placeOf(key, sealing).folder, Buffer.concat([length, path, files]));
}

/** The folder of a row, and what is known of files in it; `undefined` when it was changed. */
export function fromSeenRow(
  row: Row,
  sealing: Sealing | undefined,
): { readonly folder: string; readonly files: Uint8Array } | undefined {
  const [folder, files] = [String(row.folder), row.files as Uint8Array];
  if (sealing === undefined) return { folder, files };
  const opened = sealing.open(folder, files);
  if (opened === undefined) return undefined;
  const bytes = Buffer.from(opened.buffer, opened.byteOffset, opened.length);
  const end = 4 + bytes.readUInt32LE();
  return { folder: bytes.toString('utf8', 4, end), files: bytes.subarray(end) };
}
