import type { CallOptions } from '@cairn/core';
import { objectsByDigest } from '../maintenance/object-rows.js';
import type { Problems } from '../maintenance/problems.js';
import { batches } from '../packs/batches.js';
import type { PackRecord } from '../packs/pack-format.js';
import { keyOf } from '../packs/pack-index.js';
import type { Database } from '../sql/database.js';

export interface WantedRecords {
  /** Records that have no row. */
  readonly lacking: PackRecord[];
  /** Those whose row leads somewhere where they can't be read. */
  readonly doubtful: PackRecord[];
}

/** Which records of a pack are of use to the index. */
export async function wantedRecords(
  database: Database,
  { records, problems }: { readonly records: readonly PackRecord[]; readonly problems: Problems },
  options: CallOptions,
): Promise<WantedRecords> {
  const wanted: WantedRecords = { lacking: [], doubtful: [] };
  for (const batch of batches(records)) {
    const digests = batch.map(({ digest }) => digest);
    const rows = await objectsByDigest(database, digests, options);
    for (const record of batch) {
      const row = rows.get(keyOf(record.digest));
      if (row === undefined) wanted.lacking.push(record);
      else if (problems.of(record.digest) !== undefined) wanted.doubtful.push(record);
    }
  }
  return wanted;
}
