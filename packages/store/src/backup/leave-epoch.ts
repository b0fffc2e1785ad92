import { randomInt } from 'node:crypto';
import { loadSqlite } from '../sql/sqlite/driver.js';
import { translateSqliteError } from '../sql/sqlite/errors.js';

/**
 * Has a catalog that was restored be in an epoch of garbage collection that there never was: what somebody stored in the store
 * before may be missing now, and commits that rely on it have to notice. A step of one would lead to where that store was later.
 */
export async function leaveEpoch(path: string): Promise<void> {
  const { DatabaseSync } = await loadSqlite();
  try {
    const database = new DatabaseSync(path);
    try {
      database
        .prepare(
          `INSERT INTO engine_state (name, value) VALUES ('epoch', ?)
           ON CONFLICT (name) DO UPDATE SET value = engine_state.value + excluded.value`,
        )
        .run(randomInt(2 ** 20, 2 ** 40));
    } finally {
      database.close();
    }
  } catch (error) {
    throw translateSqliteError(error, path);
  }
}
