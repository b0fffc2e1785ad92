import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions } from '@cairn/core';
import type { Database } from '../database.js';
import type { Ask, Row, Step, Value } from '../step.js';
import { plainForm, type StoredForm } from '../stored-form.js';
import { postgresDialect } from './dialect.js';
import { isBroken, isCollision, translatePostgresError } from './errors.js';
import type { PostgresClient, PostgresPool } from './pool.js';

/** How often a transaction is tried that fails because of others. */
const maxTries = 10;

// Whatever the server presets. Rows that a step relies on are locked by it, which keeps contenders in a queue, where a
// stricter level would make all but one fail and start again.
const beginWrite = 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE';
const beginSnapshot = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
const selectNow = 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000) AS now';

export interface PostgresOptions {
  readonly pool: PostgresPool;
  /** In milliseconds since 1970. Default: the server's clock, so that clients needn't agree on the time. */
  readonly clock?: (() => number) | undefined;
  /** Default: as it is. */
  readonly form?: StoredForm | undefined;
}

/** A database on a server. The pool stays the caller's, who ends it. */
export function openPostgres({ pool, clock, form = plainForm }: PostgresOptions): Database {
  outliveBreaks(pool);
  async function attempt<T>(
    work: (client: PostgresClient) => Promise<T>,
    { signal }: CallOptions = {},
  ): Promise<T> {
    for (let tries = 1; ; tries++) {
      signal?.throwIfAborted();
      try {
        return await borrow(pool, work);
      } catch (error) {
        if (!isCollision(error) || tries === maxTries) throw error;
      }
      await sleep(Math.random() * 2 ** tries);
    }
  }

  async function play<T>(client: PostgresClient, step: Step<T>): Promise<T> {
    let turn = step.next();
    while (turn.done !== true) turn = step.next(await answer(client, turn.value));
    return turn.value;
  }

  async function answer(client: PostgresClient, ask: Ask): Promise<unknown> {
    if (ask === 'form') return form;
    if (ask !== 'now') return query(client, numbered(ask.text), ask.params.map(bind));
    return clock?.() ?? (await query(client, selectNow))[0]?.now;
  }

  async function transact<T>(client: PostgresClient, begin: string, step: Step<T>): Promise<T> {
    await query(client, begin);
    try {
      const result = await play(client, step);
      await query(client, 'COMMIT');
      return result;
    } catch (error) {
      if (!isBroken(error)) await query(client, 'ROLLBACK');
      throw error;
    }
  }

  return {
    dialect: postgresDialect,
    form,
    read: (step, call) => attempt((client) => play(client, step()), call),
    snapshot: (step, call) => attempt((client) => transact(client, beginSnapshot, step()), call),
    write: (step, call) => attempt((client) => transact(client, beginWrite, step()), call),
    async close() {},
  };
}

const outliving = new WeakSet<PostgresPool>();

/** A pool replaces connections that break while they are idle, and tells of it; what nobody hears would end the process. */
function outliveBreaks(pool: PostgresPool): void {
  if (outliving.has(pool)) return;
  outliving.add(pool);
  pool.on?.('error', ignore);
}

/** The next query of the connection fails, and says why. */
function ignore(): void {}

async function borrow<T>(pool: PostgresPool, work: (client: PostgresClient) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw translatePostgresError(error);
  });
  // While it is out, the pool doesn't listen.
  client.on?.('error', ignore);
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    client.release(isBroken(error) ? (error as Error) : undefined);
    throw error;
  } finally {
    client.off?.('error', ignore);
  }
}

async function query(client: PostgresClient, text: string, values: Value[] = []): Promise<Row[]> {
  try {
    return (await client.query(text, values)).rows;
  } catch (error) {
    throw translatePostgresError(error);
  }
}

const numberedTexts = new Map<string, string>();

/** Writes `?` as `$1`, `$2`, …; our texts have no `?` that is something else. */
function numbered(text: string): string {
  let result = numberedTexts.get(text);
  if (result === undefined) {
    let count = 0;
    result = text.replace(/\?/g, () => `$${++count}`);
    if (numberedTexts.size >= 1000) numberedTexts.clear();
    numberedTexts.set(text, result);
  }
  return result;
}

/**
 * A text can have no NUL here, and unpaired surrogates would be mended, by which it could equal another one. None that is
 * to be stored gets here, and U+0001 equals nothing that is.
 */
function bind(value: Value): Value {
  return typeof value === 'string' && /[\0\p{Cs}]/u.test(value) ? '\u0001' : value;
}
