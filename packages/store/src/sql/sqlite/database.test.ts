import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectCairnError } from '@cairn/conformance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../database.js';
import { all, now, one, run, type Step } from '../step.js';
import { openSqlite } from './database.js';
import { hasSafeWal, loadSqlite, type SqliteDriver, type SqliteHandle } from './driver.js';
import { takeTurn } from './wait.js';

let folder: string;
let driver: SqliteDriver;
let databases: Database[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-sqlite-'));
  driver = await loadSqlite();
  databases = [];
});
afterEach(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await rm(folder, { recursive: true });
});

const path = () => join(folder, 'test.db');

async function open(using: SqliteDriver = driver): Promise<Database> {
  const database = await openSqlite({ driver: using, path: path(), readOnly: false, clock: () => 42 });
  databases.push(database);
  return database;
}

async function openTable(): Promise<Database> {
  const database = await open();
  await database.write(() =>
    run('CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY, t TEXT UNIQUE) STRICT'),
  );
  return database;
}

function insert(n: number): () => Step<void> {
  return () => run('INSERT INTO numbers (n) VALUES (?)', [n]);
}

async function count(database: Database): Promise<unknown> {
  return (await database.read(() => one('SELECT count(*) AS count FROM numbers')))?.count;
}

describe('a connection', () => {
  it('makes commits durable and keeps references whole, whatever the binding presets', async () => {
    const database = await open();
    const read = (name: string) => database.read(() => one(`PRAGMA ${name}`));
    expect(await read('journal_mode')).toMatchObject({ journal_mode: 'wal' });
    expect(await read('synchronous')).toMatchObject({ synchronous: 2 });
    expect(await read('foreign_keys')).toMatchObject({ foreign_keys: 1 });
  });

  /** A driver whose handles behave differently in one respect. */
  function driverWith(change: (handle: SqliteHandle) => Partial<SqliteHandle>): SqliteDriver {
    return {
      DatabaseSync: class {
        constructor(...args: ConstructorParameters<SqliteDriver['DatabaseSync']>) {
          const handle = new driver.DatabaseSync(...args);
          const bound = {
            exec: handle.exec.bind(handle),
            prepare: handle.prepare.bind(handle),
            close: handle.close.bind(handle),
          };
          // biome-ignore lint/correctness/noConstructorReturn: it stands in for the class of a binding
          return { ...bound, ...change(handle) };
        }
      } as unknown as SqliteDriver['DatabaseSync'],
    };
  }

  it.each([
    ['journal_mode', 'delete'],
    ['synchronous', 1],
    ['fullfsync', 0],
    ['foreign_keys', 0],
  ])('is refused when %s stays %s', async (name, value) => {
    const stubborn = driverWith((handle) => ({
      exec: (text) => handle.exec(text.startsWith(`PRAGMA ${name} =`) ? `PRAGMA ${name} = ${value}` : text),
    }));
    expect((await expectCairnError(open(stubborn), 'unavailable')).message).toContain(name);
  });

  it('is refused when its SQLite can lose commits', async () => {
    const old = driverWith((handle) => ({
      prepare: (text) => handle.prepare(text.replace('sqlite_version()', "'3.51.2'")),
    }));
    expect((await expectCairnError(open(old), 'unavailable')).message).toContain('3.51.2');
  });
});

it.each([
  ['3.51.3', true],
  ['3.53.0', true],
  ['4.0.0', true],
  ['3.51.2', false],
  ['3.50.7', true],
  ['3.50.6', false],
  ['3.49.2', false],
  ['3.44.6', true],
  ['3.44.5', false],
  ['3.45.1', false],
  ['', false],
])('SQLite %s keeps all commits in WAL mode: %s', (version, isSafe) => {
  expect(hasSafeWal(version)).toBe(isSafe);
});

describe('a step', () => {
  it('is undone when it throws', async () => {
    const database = await openTable();
    const boom = new Error('boom');
    const step = function* (): Step<void> {
      yield* insert(1)();
      throw boom;
    };
    await expect(database.write(step)).rejects.toBe(boom);
    expect(await count(database)).toBe(0);
    await database.write(insert(1));
    expect(await count(database)).toBe(1);
  });

  it('is undone when a statement fails', async () => {
    const database = await openTable();
    const step = function* (): Step<void> {
      yield* insert(1)();
      yield* insert(1)();
    };
    await expect(database.write(step)).rejects.toMatchObject({ errcode: 1555 });
    expect(await count(database)).toBe(0);
  });

  it('is told the time by the clock', async () => {
    expect(await (await open()).read(now)).toBe(42);
  });

  it('is not interleaved with another one of the same process', async () => {
    const database = await openTable();
    const add = function* (): Step<void> {
      const row = yield* one('SELECT coalesce(max(n), 0) AS n FROM numbers');
      yield* insert(Number(row?.n) + 1)();
    };
    await Promise.all(Array.from({ length: 100 }, () => database.write(add)));
    expect(await count(database)).toBe(100);
  });

  it('takes a text with a NUL or half a character for equal to no other', async () => {
    const database = await openTable();
    await database.write(() => run("INSERT INTO numbers (n, t) VALUES (1, 'a'), (2, 'a\ufffd')"));
    for (const text of ['a\0', 'a\0b', 'a\ud800']) {
      expect(await database.read(() => all('SELECT n FROM numbers WHERE t = ?', [text]))).toEqual([]);
    }
  });
});

describe('waiting for a turn', () => {
  it('goes on once the others are done, while the process does other work', async () => {
    const database = await openTable();
    const other = new driver.DatabaseSync(path());
    other.exec('BEGIN IMMEDIATE');
    let isDone = false;
    const written = database.write(insert(1)).then(() => {
      isDone = true;
    });
    await sleep(150);
    expect(isDone).toBe(false);
    other.exec('COMMIT');
    other.close();
    await written;
    expect(await count(database)).toBe(1);
  });

  it('ends with the reason of an abort', async () => {
    const database = await openTable();
    const other = new driver.DatabaseSync(path());
    other.exec('BEGIN IMMEDIATE');
    const reason = new Error('never mind');
    await expect(database.write(insert(1), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const written = database.write(insert(1), { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    await expect(written).rejects.toBe(reason);
    other.exec('ROLLBACK');
    other.close();
    expect(await count(database)).toBe(0);
  });

  it('ends when the time is up', async () => {
    const busy = Object.assign(new Error('database is locked'), { errcode: 5 });
    let tries = 0;
    const attempt = () => {
      tries++;
      throw busy;
    };
    await expect(takeTurn(attempt, { limitMs: 30 })).rejects.toBe(busy);
    expect(tries).toBeGreaterThan(1);
  });
});
