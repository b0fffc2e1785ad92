import { CairnError, quote } from '@cairn/core';
import type { Query, Row, Value } from '../step.js';
import {
  hasSafeWal,
  type SqliteDriver,
  type SqliteHandle,
  type SqliteStatement,
  type SqliteValue,
} from './driver.js';
import { resultCode } from './errors.js';
import { openReadOnly } from './read-only.js';

/** How long SQLite itself waits for a lock, in milliseconds. Short, because nothing else of the process runs meanwhile. */
const blockingWaitMs = 5;
/** How many prepared statements are kept. The catalog has some fifty; lists add one for every shape of a query. */
const maxStatements = 200;

/** One connection to one database file. */
export interface Connection {
  query(query: Query): Row[];
  exec(text: string): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly driver: SqliteDriver;
  readonly path: string;
  readonly readOnly: boolean;
}

/** Opens a database and makes sure that it keeps what it acknowledges. Throws errors of SQLite and CairnErrors. */
export function openConnection({ driver, path, readOnly }: ConnectionOptions): Connection {
  const handle = readOnly ? openReadOnly(driver, path) : new driver.DatabaseSync(path);
  try {
    checkVersion(handle);
    handle.exec(`PRAGMA busy_timeout = ${blockingWaitMs}`);
    if (!readOnly) makeDurable(handle, path);
  } catch (error) {
    handle.close();
    throw error;
  }
  const statements = new Map<string, SqliteStatement>();

  function prepare(text: string): SqliteStatement {
    let statement = statements.get(text);
    if (statement === undefined) {
      if (statements.size >= maxStatements) statements.clear();
      statement = handle.prepare(text.replace(/ FOR (UPDATE|(KEY )?SHARE)\b/g, ''));
      statements.set(text, statement);
    }
    return statement;
  }

  return {
    query({ text, params, want }) {
      const statement = prepare(text);
      const values = params.map(bind);
      if (want === 'all') return allOf(handle, statement, values);
      if (want === 'first') return [statement.get(...values)].filter((row) => row !== undefined) as Row[];
      statement.run(...values);
      return [];
    },
    exec(text) {
      prepare(text).run();
    },
    close() {
      statements.clear();
      tidyUp(handle);
      handle.close();
    },
  };
}

/**
 * Brings what is in the log into the database file, so that the file alone can be copied. SQLite does so when the last
 * connection closes, but the binding for Node 20 closes only when all its statements were collected as garbage.
 */
function tidyUp(handle: SqliteHandle): void {
  try {
    handle.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Others are using it, or it can't be written to: nothing depends on it.
  }
}

/**
 * The binding for Node 20 says why `get` failed, but not why `all` did. So the same rows are looked at with `get`; if they
 * can be read now, they are.
 */
function allOf(handle: SqliteHandle, statement: SqliteStatement, values: SqliteValue[]): Row[] {
  try {
    return statement.all(...values) as Row[];
  } catch (error) {
    if (resultCode(error) !== undefined) throw error;
    handle.prepare(`SELECT count(*) FROM (${statement.sourceSQL})`).get(...values);
    return statement.all(...values) as Row[];
  }
}

function checkVersion(handle: SqliteHandle): void {
  const [row] = handle.prepare('SELECT sqlite_version() AS version').all() as { version: string }[];
  if (row !== undefined && hasSafeWal(row.version)) return;
  throw new CairnError(
    'unavailable',
    `SQLite ${row?.version} can lose what several processes commit at once`,
    {
      hint: 'Use SQLite 3.51.3 or later: leave the choice of the driver to Cairn, or update it.',
      isRetryable: false,
    },
  );
}

/**
 * Bindings differ in what they preset, so nothing is left to them. `synchronous = FULL` (2) makes each commit durable,
 * with `fullfsync` also on macOS.
 */
function makeDurable(handle: SqliteHandle, path: string): void {
  const settings = [
    ['journal_mode', 'wal'],
    ['synchronous', 2],
    ['fullfsync', 1],
    ['foreign_keys', 1],
  ] as const;
  for (const [name, value] of settings) {
    handle.exec(`PRAGMA ${name} = ${value}`);
    const [row] = handle.prepare(`PRAGMA ${name}`).all() as Row[];
    if (row?.[name] !== value) {
      throw new CairnError(
        'unavailable',
        `can't use the catalog ${quote(path)}: it refuses ${name} = ${value}`,
        {
          hint: 'Keep the store on a local file system, not on a network share.',
          isRetryable: false,
        },
      );
    }
  }
}

/**
 * Bindings cut a text at a NUL and mend unpaired surrogates, by which it could equal another one. As bytes it equals no
 * text; and none that is to be stored gets here.
 */
function bind(value: Value): SqliteValue {
  return typeof value === 'string' && /[\0\p{Cs}]/u.test(value) ? Buffer.from(value) : value;
}
