import { all, one, type Row, run, type Step, storedForm } from '../sql/step.js';
import type { Sealing } from '../sql/stored-form.js';
import { SeenFiles } from './file-columns.js';
import { fromSeenRow, type GroupKey, placeOf, toSeenRow } from './seen-rows.js';

/** What is written down of a group. */
export interface SeenGroupRow {
  readonly files: SeenFiles;
  /** The epoch of garbage collection in which the store had all these bytes. */
  readonly epoch: number;
}

/** What is written down of some groups, one for each. */
export function* readSeen(keys: readonly GroupKey[]): Step<readonly (SeenGroupRow | undefined)[]> {
  const { sealing } = yield* storedForm();
  const groups: (SeenGroupRow | undefined)[] = [];
  for (const key of keys) {
    const { folder, first } = placeOf(key, sealing);
    const row = yield* one(
      'SELECT folder, first, epoch, files FROM seen_files WHERE folder = ? AND first = ?',
      [folder, first],
    );
    groups.push(row && toGroup(row, sealing));
  }
  return groups;
}

function toGroup(row: Row, sealing: Sealing | undefined): SeenGroupRow | undefined {
  const found = fromSeenRow(row, sealing);
  return found && { epoch: Number(row.epoch), files: SeenFiles.decode(found.files) };
}

/** What a row says. */
export interface SeenRow {
  /** Where it is. */
  readonly place: GroupKey;
  readonly folder: string;
  readonly files: SeenFiles;
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
    if (found === undefined) return { place, folder: '', files: SeenFiles.none };
    return { place, folder: found.folder, files: SeenFiles.decode(found.files) };
  });
}

/** @param files As `FoundFiles` encodes them. */
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
