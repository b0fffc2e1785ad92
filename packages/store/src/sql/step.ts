/**
 * What a catalog does is written as steps: generators that yield what they ask of the database and are handed the answer.
 * A step knows nothing of connections, transactions, waiting or retrying. SQLite runs a whole step in one tick; PostgreSQL
 * awaits every answer; both start it again from the beginning when the transaction has to be repeated. So a step has no
 * effects of its own.
 *
 * SQL is written once, in what SQLite and PostgreSQL have in common, with `?` for parameters. `FOR UPDATE` and `FOR SHARE`
 * name the rows a step relies on; SQLite leaves them out, for its writer is alone anyway.
 */
export type Step<T> = Generator<Ask, T, unknown>;

/** A statement to run, answered by its rows; or what time it is, answered in milliseconds since 1970. */
export type Ask = Query | 'now';

export interface Query {
  readonly text: string;
  readonly params: readonly Value[];
}

export type Value = string | number | null | Uint8Array;

/** A row as a database gives it. Whole numbers may come as texts: read them with `Number`. */
export type Row = Readonly<Record<string, unknown>>;

/** All rows a statement answers with. */
export function* all<R = Row>(text: string, params: readonly Value[] = []): Step<R[]> {
  return (yield { text, params }) as R[];
}

/** The first row, or `undefined`. */
export function* one<R = Row>(text: string, params: readonly Value[] = []): Step<R | undefined> {
  return ((yield { text, params }) as R[])[0];
}

/** Runs a statement for its effect. */
export function* run(text: string, params: readonly Value[] = []): Step<void> {
  yield { text, params };
}

/** The time by the clock that all users of the database share, in milliseconds since 1970. */
export function* now(): Step<number> {
  return Number(yield 'now');
}
