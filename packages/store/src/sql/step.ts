import type { StoredForm } from './stored-form.js';

/**
 * What a catalog does is written as steps: generators that yield what they ask of the database and are handed the answer.
 * A step knows nothing of connections, transactions, waiting or retrying. SQLite runs a whole step in one tick; PostgreSQL
 * awaits every answer; both start it again from the beginning when the transaction has to be repeated. So a step has no
 * effects of its own.
 *
 * SQL is written once, in what SQLite and PostgreSQL have in common, with `?` for parameters. `FOR UPDATE`, `FOR SHARE`
 * and `FOR KEY SHARE` name the rows a step relies on; SQLite leaves them out, for its writer is alone anyway.
 */
export type Step<T> = Generator<Ask, T, unknown>;

/**
 * A statement to run, answered by its rows; what time it is, answered in milliseconds since 1970; or in which form the database has
 * digests.
 */
export type Ask = Query | 'now' | 'form';

export interface Query extends Statement {
  /** How many rows to answer with. */
  readonly want: 'all' | 'first' | 'none';
}

export interface Statement {
  readonly text: string;
  readonly params: readonly Value[];
}

export type Value = string | number | Uint8Array | null;

/** A row as a database gives it. Whole numbers may come as texts: read them with `Number`. */
export type Row = Readonly<Record<string, unknown>>;

/** All rows a statement answers with. */
export function* all(text: string, params: readonly Value[] = []): Step<Row[]> {
  return (yield { text, params, want: 'all' }) as Row[];
}

/** The first row, or `undefined`. */
export function* one(text: string, params: readonly Value[] = []): Step<Row | undefined> {
  return ((yield { text, params, want: 'first' }) as Row[])[0];
}

/** Runs a statement for its effect. */
export function* run(text: string, params: readonly Value[] = []): Step<void> {
  yield { text, params, want: 'none' };
}

/** The time by the clock that all users of the database share, in milliseconds since 1970. */
export function* now(): Step<number> {
  return Number(yield 'now');
}

/** In which form the database has what tells of contents. */
export function* storedForm(): Step<StoredForm> {
  return (yield 'form') as StoredForm;
}
