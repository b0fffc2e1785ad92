import type { PackRecord } from '../packs/pack-format.js';
import { holdEpoch } from '../packs/pack-index.js';
import { tuples } from '../sql/fragment.js';
import { one, run, type Step, storedForm } from '../sql/step.js';

/** How many rows a statement adds. */
const rowsAtOnce = 100;

/** A record that was found in a pack. */
export interface FoundRecord {
  readonly record: PackRecord;
  /** Of the blob, in bytes. */
  readonly size: number;
  /** Whether its bytes were read and found right, so that it takes the place of another one. */
  readonly isVerified: boolean;
}

/**
 * Has the index lead to records of a pack, unless that is gone. Garbage collection that is under way has not seen these rows:
 * it waits, and then gives up.
 *
 * @param before What else is to be made sure in the same transaction.
 */
export function* makeFoundRows(
  packId: number,
  found: readonly FoundRecord[],
  before?: () => Step<void>,
): Step<void> {
  yield* holdEpoch();
  const pack = yield* one('SELECT id FROM packs WHERE id = ? FOR SHARE', [packId]);
  if (pack === undefined) return;
  if (before !== undefined) yield* before();
  const { objects } = yield* storedForm();
  const keys = objects.toStored(found.map(({ record }) => record.digest));
  // In the order of their keys, as everybody makes them, so that none waits for another one that waits for it.
  const rows = found
    .map((row, i) => ({ ...row, key: keys[i] as Uint8Array }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  for (const isVerified of [false, true]) {
    const some = rows.filter((row) => row.isVerified === isVerified);
    for (let at = 0; at < some.length; at += rowsAtOnce) {
      const slice = some.slice(at, at + rowsAtOnce);
      yield* run(
        `INSERT INTO objects (digest, kind, pack_id, start, length, size) VALUES ${tuples(slice.length, 6)}
         ON CONFLICT (digest) DO ${isVerified ? replaced : 'NOTHING'}`,
        slice.flatMap(({ key, record: { kind, start, length }, size }) => [
          key,
          kind,
          packId,
          start,
          length,
          size,
        ]),
      );
    }
  }
  yield* run(
    `INSERT INTO engine_state (name, value) VALUES ('repairs', 1)
     ON CONFLICT (name) DO UPDATE SET value = engine_state.value + 1`,
  );
}

const replaced = `UPDATE SET kind = excluded.kind, pack_id = excluded.pack_id, start = excluded.start,
  length = excluded.length, size = excluded.size, condemned = NULL`;
