import { rm } from 'node:fs/promises';
import { loadSqlite } from '../sql/sqlite/driver.js';
import { translateSqliteError } from '../sql/sqlite/errors.js';

/** A pack that a catalog names. */
export interface NamedPack {
  readonly name: string;
  /** Of its file, in bytes. */
  readonly size: number;
}

/**
 * Copies a catalog as it is at one moment into a new file, by SQLite itself: copying the file would miss what is in its log, and
 * could catch it half-written.
 *
 * @returns The packs that the copy names.
 */
export async function snapshotDatabase(path: string, to: string): Promise<readonly NamedPack[]> {
  await rm(to, { force: true });
  const { DatabaseSync } = await loadSqlite();
  try {
    const source = new DatabaseSync(path);
    try {
      source.exec('PRAGMA busy_timeout = 10000');
      source.prepare('VACUUM INTO ?').run(to);
    } finally {
      source.close();
    }
    const copy = new DatabaseSync(to, { readOnly: true });
    try {
      const rows = copy.prepare('SELECT name, size FROM packs ORDER BY id').all() as Record<
        string,
        unknown
      >[];
      return rows.map(({ name, size }) => ({ name: String(name), size: Number(size) }));
    } finally {
      copy.close();
    }
  } catch (error) {
    throw translateSqliteError(error, path);
  }
}
