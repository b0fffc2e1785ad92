import { setImmediate as breathe } from 'node:timers/promises';
import type { CallOptions, Hasher } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import { systemCode } from '../blobs/attempt.js';
import type { PackFile, PackFiles } from '../packs/pack-files.js';
import { dataKind, type PackRecord, rawDigest } from '../packs/pack-format.js';
import { decodeRecipe } from '../packs/recipe.js';

/** How much is read in one go, in bytes. */
const windowBytes = 4 * 1024 * 1024;

/** Records that lie in memory together. */
export interface Window {
  readonly records: readonly PackRecord[];
  /** The bytes of a record, cut short where the file is. Valid until the next window. */
  bytesOf(record: PackRecord): Uint8Array;
}

/** Reads records of a pack, in the order of their places, many at a time; none if the pack is gone. */
export async function* scanRecords(
  files: PackFiles,
  path: string,
  records: readonly PackRecord[],
  options: CallOptions,
): AsyncGenerator<Window, void, undefined> {
  let file: PackFile | undefined;
  let buffer = Buffer.allocUnsafe(windowBytes);
  try {
    file = files.open(path);
    for (let i = 0; i < records.length; ) {
      const first = records[i] as PackRecord;
      let end = first.start + first.length;
      let next = i + 1;
      for (; next < records.length; next++) {
        const { start, length } = records[next] as PackRecord;
        if (start + length - first.start > windowBytes) break;
        end = Math.max(end, start + length);
      }
      if (end - first.start > buffer.length) buffer = Buffer.allocUnsafe(end - first.start);
      const filled = file.read({ buffer, length: end - first.start, position: first.start });
      // What comes after something that is damaged may be whole.
      if (filled < end - first.start) next = Math.max(i + 1, firstCut(records, i, first.start + filled));
      const bytesOf = ({ start, length }: PackRecord) => {
        const at = start - first.start;
        return buffer.subarray(Math.min(at, filled), Math.min(at + length, filled));
      };
      yield { records: records.slice(i, next), bytesOf };
      i = next;
      await breathe();
      options.signal?.throwIfAborted();
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    if (file === undefined && systemCode(error) === 'ENOENT') return;
    throw translateFsError(error, 'read', path);
  } finally {
    file?.close();
  }
}

/** Which record, from one on, is the first that ends behind a place in the pack. */
export function firstCut(records: readonly PackRecord[], from: number, place: number): number {
  for (let at = from; at < records.length; at++) {
    const { start, length } = records[at] as PackRecord;
    if (start + length > place) return at;
  }
  return records.length;
}

/** Whether the bytes of a record are as they were written. */
export function isIntact(
  record: Pick<PackRecord, 'digest' | 'kind'>,
  bytes: Uint8Array,
  hasher: Hasher,
): boolean {
  if (record.kind === dataKind) return rawDigest(hasher.hash(bytes)).equals(record.digest);
  try {
    decodeRecipe(bytes, hasher);
    return true;
  } catch {
    return false;
  }
}
