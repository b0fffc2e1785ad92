import { createHash } from 'node:crypto';
import type { CallOptions } from '@cairn/core';
import { keyOf } from '../packs/pack-index.js';
import { openSqlite } from '../sql/sqlite/database.js';
import { loadSqlite } from '../sql/sqlite/driver.js';
import { run } from '../sql/step.js';
import type { FileMemory } from './file-memory.js';
import { StatCache } from './stat-cache.js';

/** Remembers files on this machine for a home that is elsewhere. A hint: deleting its file loses nothing. */
export interface OwnMemory {
  /** What is remembered for one call. */
  begin(home: KnownHome): SavedMemory;
  close(): Promise<void>;
}

export interface KnownHome {
  /** What is remembered under the same one is believed; under another one, what the home has still. */
  readonly basis: string;
  /** As `PackIntake.lacks`. */
  lacks(digests: readonly Uint8Array[], options?: CallOptions): Promise<Uint8Array>;
}

export interface SavedMemory extends FileMemory {
  /** Writes down what was found. The home must have all of its bytes by then. */
  save(options?: CallOptions): Promise<void>;
}

const schema = `CREATE TABLE IF NOT EXISTS seen_files (
  folder TEXT NOT NULL, first TEXT NOT NULL, epoch INTEGER NOT NULL, files BLOB NOT NULL, PRIMARY KEY (folder, first)
) STRICT, WITHOUT ROWID`;

/**
 * @param path Of a file for one home alone, made if there is none.
 * @throws CairnError `integrity_mismatch`, `forbidden`, `storage_readonly`, `storage_full`, `unavailable`.
 */
export async function openOwnMemory(path: string): Promise<OwnMemory> {
  const driver = await loadSqlite();
  const database = await openSqlite({ driver, path, readOnly: false, clock: Date.now });
  try {
    await database.write(() => run(schema));
  } catch (error) {
    await database.close();
    throw error;
  }
  return {
    begin({ basis, lacks }) {
      const find = async (digests: readonly Uint8Array[], options?: CallOptions) => {
        const lacked = await lacks(digests, options);
        return new Set(digests.filter((_, i) => lacked[i] === 0).map(keyOf));
      };
      const reader = { find, hasSuspects: async () => false };
      const seen = new StatCache({ database, reader }, toNumber(basis));
      return {
        recall: (groups, options) => seen.recall(groups, options),
        async save(options) {
          if (!seen.isEmpty) await database.write(() => seen.save(), options);
        },
      };
    },
    close: () => database.close(),
  };
}

/** A number that is another one for another text. */
function toNumber(basis: string): number {
  return createHash('sha256').update(basis).digest().readUIntBE(0, 6);
}
