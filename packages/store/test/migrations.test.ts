import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ddlFor, type Migration } from '../src/sql/migrations/ddl.js';
import { anyPostgresPool, openPostgresCatalog, postgresUrl } from './catalogs.js';

/* Servers of an older version go on while a newer one changes the schema. */

const folder = new URL('../src/sql/migrations/', import.meta.url);
const files = readdirSync(folder).filter((name) => /^\d/.test(name));

describe.each(['sqlite', 'postgres'] as const)('in the words of %s', (dialect) => {
  it.each(files)('%s changes nothing that an older server relies on', async (file) => {
    const { migration } = (await import(new URL(file, folder).href)) as { migration: Migration };
    const statements = migration(ddlFor(dialect)).map((statement) => statement.compile().sql);
    expect(statements.length).toBeGreaterThan(0);
    const made = new Set<string | undefined>();
    for (const statement of statements) {
      const table = /^create table "(\w+)"/.exec(statement)?.[1];
      if (table === undefined) expect(additionOf(statement, made)).toBe(statement);
      else made.add(table);
    }
  });
});

/** The statement itself if it only adds; else what is wrong with it. */
function additionOf(statement: string, made: ReadonlySet<string | undefined>): string {
  // A column that an older server's rows lack.
  if (/^alter table "\w+" add column "\w+" \w+$/.test(statement)) return statement;
  if (/^CREATE FUNCTION/.test(statement)) return statement;
  // To index a large table would keep others from writing to it.
  const on = /^create (?:unique )?(?:index|trigger) .*? on "?(\w+)/is.exec(statement)?.[1];
  return made.has(on) ? statement : `${statement} is more than an addition`;
}

it.skipIf(postgresUrl === undefined)(
  'an older server commits while a newer one waits to change a table',
  async () => {
    const { pool, dispose } = await anyPostgresPool();
    const older = await openPostgresCatalog(pool);
    const commit = (n: number) =>
      older.commitVersion({
        entity: 'e',
        project: 'p',
        name: 'n',
        type: 't',
        digest: `blake3:${n.toString(16).padStart(64, '0')}`,
        manifest: `blake3:${'0'.repeat(64)}`,
        entryCount: 0,
        size: 0,
        metadata: {},
        aliases: [],
        tags: [],
      });
    const client = await pool.connect();
    await client.query('ALTER TABLE versions DROP COLUMN deleted_epoch');
    await client.query('DELETE FROM cairn_schema WHERE version >= 4');
    await commit(0);

    // As a dump does.
    await client.query('BEGIN');
    await client.query('SELECT count(*) FROM versions');
    const opening = openPostgresCatalog(pool);
    const waiting = `SELECT 1 AS found FROM pg_locks WHERE NOT granted AND relation = 'versions'::regclass`;
    while ((await client.query(waiting)).rows.length === 0) await sleep(20);
    expect((await commit(1)).version.version).toBe(1);
    await client.query('COMMIT');
    client.release();

    const newer = await opening;
    expect((await commit(2)).version.version).toBe(2);
    const numbers: number[] = [];
    for await (const { version } of newer.listVersions({ entity: 'e', project: 'p', name: 'n' })) {
      numbers.push(version);
    }
    expect(numbers.sort()).toEqual([0, 1, 2]);
    await dispose();
  },
);
