import type { Dialect } from '../database.js';
import { type Fragment, raw, sql } from '../fragment.js';
import { toStoredJson, toStoredText } from '../stored-json.js';

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  tableExists: "SELECT 1 AS found FROM sqlite_schema WHERE type = 'table' AND name = ?",
  lockSchema: [],
  toNumber: (text) => sql`CAST(${text} AS REAL)`,
  eachDigest: (digests, count, objects) => sql`(WITH RECURSIVE numbers(n) AS
    (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${count})
    SELECT n, substr(${digests}, 32 * n + 1, 32) AS digest${objectsOf(objects)} FROM numbers)`,
  json(column, keys) {
    const document = raw(column);
    const path = `$${keys.map((key) => `.${JSON.stringify(toStoredText(key))}`).join('')}`;
    return {
      equals: (value) => sql`coalesce(${document} -> ${path}, '') = ${toStoredJson(value)}`,
      isNumber: sql`json_type(${document}, ${path}) IN ('integer', 'real')`,
      isText: sql`json_type(${document}, ${path}) = 'text'`,
      numberText: sql`(${document} -> ${path})`,
      text: sql`(${document} ->> ${path})`,
    };
  },
};

function objectsOf(objects: Uint8Array | undefined): Fragment {
  return objects === undefined ? raw('') : sql`, substr(${objects}, 32 * n + 1, 32) AS object`;
}
