import type { Dialect } from '../database.js';
import { type Fragment, raw, sql } from '../fragment.js';
import { toStoredJson, toStoredText } from '../stored-json.js';

export const postgresDialect: Dialect = {
  name: 'postgres',
  // A look into the catalog's tables sees what was committed a moment ago; `to_regclass` may not.
  tableExists:
    'SELECT 1 AS found FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = ?',
  lockSchema: [
    // Any number will do, as long as it is always the same.
    'SELECT pg_advisory_xact_lock(4990148276001741)',
    // What changes a table waits for all who look at it, such as a dump, and all who come later wait for what changes it.
    "SET LOCAL lock_timeout = '2s'",
  ],
  toNumber: (text) => sql`CAST(${text} AS numeric)`,
  eachDigest: (
    digests,
    count,
    objects,
  ) => sql`(SELECT n, substr(CAST(${digests} AS bytea), 32 * n + 1, 32) AS digest${objectsOf(objects)}
    FROM generate_series(0, CAST(${count} AS integer) - 1) AS numbers(n))`,
  json(column, keys) {
    // `json` keeps numbers and texts as they are written, which is canonically; `jsonb` would not.
    const value = keys.reduce<Fragment>(
      (object, key) => sql`${object} -> CAST(${toStoredText(key)} AS text)`,
      { text: `CAST(${column} AS json)`, params: [] },
    );
    return {
      equals: (wanted) => sql`coalesce(CAST(${value} AS text), '') = ${toStoredJson(wanted)}`,
      isNumber: sql`json_typeof(${value}) = 'number'`,
      isText: sql`json_typeof(${value}) = 'string'`,
      numberText: sql`CAST(${value} AS text)`,
      text: sql`(${value} #>> '{}') COLLATE "C"`,
    };
  },
};

function objectsOf(objects: Uint8Array | undefined): Fragment {
  return objects === undefined ? raw('') : sql`, substr(CAST(${objects} AS bytea), 32 * n + 1, 32) AS object`;
}
