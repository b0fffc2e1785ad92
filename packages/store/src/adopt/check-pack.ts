import type { CallOptions, Hasher } from '@cairn/core';
import { readEndOf } from '../maintenance/pack-end.js';
import { isIntact, scanRecords } from '../maintenance/pack-scan.js';
import { DigestSet } from '../packs/digest-set.js';
import type { PackFiles } from '../packs/pack-files.js';
import { dataKind, isCanonicalEnd, type PackRecord, recipeKind } from '../packs/pack-format.js';
import { refused } from './adopted.js';

export interface CheckContext {
  readonly files: PackFiles;
  readonly hasher: Hasher;
  /** What has more bytes is no chunk, and what has fewer no blob with a recipe. */
  readonly smallBytes: number;
}

/** A pack of which each record is what its digest says, except for recipes, of which only the rows are. */
export interface CheckedPack {
  readonly path: string;
  readonly size: number;
  /** Its table and footer. */
  readonly end: Uint8Array;
  readonly records: readonly PackRecord[];
  /** The numbers of its records by their digests. */
  readonly numbers: DigestSet;
}

/** The most records of a pack: twice of what fills one. */
const maxRecords = 262_144;

/** Reads every byte of a file that should be a pack. @throws CairnError `integrity_mismatch`. */
export async function checkPack(
  context: CheckContext,
  path: string,
  options: CallOptions,
): Promise<CheckedPack> {
  const { files, hasher, smallBytes } = context;
  const found = readEndOf(context, path);
  if (found.state !== 'intact') throw refused('is none, or not all of one');
  const { size, end, records } = found;
  if (!isCanonicalEnd(end)) throw refused('has a table of a kind that is not known');
  if (records.length === 0 || records.length > maxRecords) {
    throw refused(`has ${records.length} records: it may have 1 to ${maxRecords}`);
  }
  const numbers = new DigestSet(32);
  for (const [i, { digest, kind, length }] of records.entries()) {
    if (numbers.add(digest) !== i) throw refused('has a record twice');
    if (kind === dataKind && length > smallBytes) throw refused(`has a record of ${length} bytes`);
  }
  for await (const window of scanRecords(files, path, records, options)) {
    for (const record of window.records) {
      if (isIntact(record, window.bytesOf(record), hasher)) continue;
      const what = record.kind === recipeKind ? 'recipe' : 'record';
      throw refused(`has a ${what} that is damaged, at ${record.start}`);
    }
  }
  return { path, size, end, records, numbers };
}
