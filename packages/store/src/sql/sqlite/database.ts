import { CairnError, type CallOptions, quote } from '@cairn/core';
import type { Database } from '../database.js';
import type { Ask, Step } from '../step.js';
import { plainForm, type StoredForm } from '../stored-form.js';
import { type Connection, type ConnectionOptions, openConnection } from './connection.js';
import { sqliteDialect } from './dialect.js';
import { translateSqliteError } from './errors.js';
import { takeTurn } from './wait.js';

export interface SqliteOptions extends ConnectionOptions, CallOptions {
  /** In milliseconds since 1970. */
  readonly clock: () => number;
  /** Default: as it is. */
  readonly form?: StoredForm | undefined;
}

/**
 * A database in a file. A step runs within one tick, so no other step of this process can come between its statements; of
 * all processes one writes at a time.
 */
export async function openSqlite(options: SqliteOptions): Promise<Database> {
  const { path, clock, form = plainForm } = options;
  const connection = await guard(() => openConnection(options), options);
  const pending = new Set<Promise<unknown>>();
  let isClosed = false;

  async function guard<T>(attempt: () => T, call: CallOptions | undefined): Promise<T> {
    try {
      return await takeTurn(attempt, call);
    } catch (error) {
      throw translateSqliteError(error, path);
    }
  }

  function perform<T>(attempt: () => T, call: CallOptions | undefined): Promise<T> {
    if (isClosed) return Promise.reject(closed(path));
    const result = guard(attempt, call);
    pending.add(result);
    const done = () => void pending.delete(result);
    result.then(done, done);
    return result;
  }

  function answer(ask: Ask): unknown {
    if (ask === 'form') return form;
    return ask === 'now' ? clock() : connection.query(ask);
  }

  return {
    dialect: sqliteDialect,
    form,
    read: (step, call) => perform(() => play(step(), answer), call),
    snapshot: (step, call) => perform(() => transact(connection, 'BEGIN', () => play(step(), answer)), call),
    write: (step, call) =>
      perform(() => transact(connection, 'BEGIN IMMEDIATE', () => play(step(), answer)), call),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await Promise.allSettled(pending);
      connection.close();
    },
  };
}

/** Runs a step to its end. */
function play<T>(step: Step<T>, answer: (ask: Ask) => unknown): T {
  let turn = step.next();
  while (turn.done !== true) turn = step.next(answer(turn.value));
  return turn.value;
}

function transact<T>(connection: Connection, begin: string, work: () => T): T {
  connection.exec(begin);
  try {
    const result = work();
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      connection.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back already, as it does when the disk is full.
    }
    throw error;
  }
}

function closed(path: string): CairnError {
  return new CairnError('unavailable', `the store of ${quote(path)} is closed`, {
    hint: 'Close it after the last call, or open it again.',
    isRetryable: false,
  });
}
