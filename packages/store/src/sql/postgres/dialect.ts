import { canonicalJson } from '@cairn/core';
import type { Dialect } from '../database.js';
import { type Fragment, raw, sql } from '../fragment.js';

export const postgresDialect: Dialect = {
  name: 'postgres',
  // A look into the catalog's tables sees what was committed a moment ago; `to_regclass` may not.
  tableExists:
    'SELECT 1 AS found FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = ?',
  // Any number will do, as long as it is always the same.
  lockSchema: 'SELECT pg_advisory_xact_lock(4990148276001741)',
  json(column, path) {
    // `json` keeps numbers and texts as they are written, which is canonically; `jsonb` would not.
    const document = raw(`CAST(replace(${column}, '\\u0000', '\\ufffd') AS json)`);
    const value = path.reduce<Fragment>(
      (object, key) => sql`${object} -> CAST(${withoutNul(key)} AS text)`,
      document,
    );
    return {
      equals: (wanted) =>
        sql`coalesce(CAST(${value} AS text), '') = ${withoutEscapedNul(canonicalJson(wanted))}`,
      isNumber: sql`json_typeof(${value}) = 'number'`,
      isText: sql`json_typeof(${value}) = 'string'`,
      number: sql`CAST(${value} #>> '{}' AS numeric)`,
      text: sql`(${value} #>> '{}') COLLATE "C"`,
      textParam: (text) => sql`${withoutNul(text)}`,
      emptyText: raw("''"),
    };
  },
};

/** PostgreSQL can't look into JSON that has a NUL in any of its texts, so queries see U+FFFD in its place. */
function withoutEscapedNul(json: string): string {
  return json.replaceAll('\\u0000', '\\ufffd');
}

function withoutNul(text: string): string {
  return JSON.parse(withoutEscapedNul(JSON.stringify(text)));
}
