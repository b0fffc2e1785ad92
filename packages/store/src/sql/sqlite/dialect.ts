import { canonicalJson } from '@cairn/core';
import type { Dialect } from '../database.js';
import { raw, sql } from '../fragment.js';

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  tableExists: "SELECT 1 AS found FROM sqlite_schema WHERE type = 'table' AND name = ?",
  json(column, keys) {
    const document = raw(column);
    const path = `$${keys.map((key) => `.${JSON.stringify(key)}`).join('')}`;
    return {
      equals: (value) => sql`coalesce(${document} -> ${path}, '') = ${canonicalJson(value)}`,
      isNumber: sql`json_type(${document}, ${path}) IN ('integer', 'real')`,
      isText: sql`json_type(${document}, ${path}) = 'text'`,
      number: sql`CAST(${document} ->> ${path} AS REAL)`,
      // As bytes, because bindings cut texts at a NUL.
      text: sql`CAST(${document} ->> ${path} AS BLOB)`,
      textParam: (value) => sql`${Buffer.from(value)}`,
      emptyText: raw("x''"),
    };
  },
};
