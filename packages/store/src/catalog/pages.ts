import { CairnError, type CallOptions, quote } from '@cairn/core';
import { type Fragment, join, raw, sql } from '../sql/fragment.js';
import { one, type Row, type Step, type Value } from '../sql/step.js';

/** How many rows a list reads at once. A version can carry 1 MiB of metadata. */
export const defaultPageSize = 100;

/** What a list selects: `SELECT columns FROM tables WHERE conditions`, in an order that no two rows share. */
export interface Selection {
  readonly columns: string;
  readonly tables: string;
  readonly conditions: readonly Fragment[];
  readonly order: readonly OrderKey[];
}

/** A value that rows are ordered by. It is never null. */
export interface OrderKey {
  readonly value: Fragment;
  /** What of the value decides. Default: the value itself. */
  readonly by?: (value: Fragment) => Fragment;
  readonly descending?: boolean;
}

/** Which part of a list: so many rows after that one, or the first. */
export interface Page {
  readonly after: Row | undefined;
  readonly count: number;
}

export interface PagesOptions extends CallOptions {
  readonly pageSize: number;
  /** Default: all. */
  readonly limit?: number | undefined;
}

/**
 * Reads a list page by page, each when it is wanted. A row whose order keys stay the same comes exactly once, whatever
 * happens to others meanwhile.
 */
export async function* readPages<T>(
  read: (page: Page) => Promise<readonly (readonly [row: Row, item: T])[]>,
  { pageSize, limit = Number.POSITIVE_INFINITY, signal }: PagesOptions,
): AsyncGenerator<T, void, undefined> {
  let after: Row | undefined;
  for (let left = Math.floor(limit); left > 0; left -= pageSize) {
    signal?.throwIfAborted();
    const count = Math.min(left, pageSize);
    const page = await read({ after, count });
    for (const [, item] of page) yield item;
    if (page.length < count) return;
    after = page.at(-1)?.[0];
  }
}

/** The statement for one page. The order keys are selected too, as `key0`, `key1` …, for the page after it. */
export function selectPage(
  { columns, tables, conditions, order }: Selection,
  { after, count }: Page,
): Fragment {
  const all = after === undefined ? conditions : [...conditions, isAfter(order, after)];
  const sorted = order.map((key) => sql`${rank(key)}${raw(key.descending ? ' DESC' : '')}`);
  return sql`SELECT ${raw(columns)}, ${keysOf(order)} FROM ${raw(tables)}
    WHERE ${all.length === 0 ? raw('TRUE') : join(all, ' AND ')} ORDER BY ${join(sorted, ', ')} LIMIT ${count}`;
}

/** Where a caller who goes on wants to. */
export interface Start {
  /** The item to begin behind, as the caller names it; `undefined` to begin with the first. */
  readonly after: string | undefined;
  /** What finds its row among those of the list, or of what the list left out since. */
  readonly row: Fragment;
}

/** The page with which a list begins where its caller wants it to. @throws CairnError `not_found` when nothing is there. */
export function* startAt({ tables, order }: Selection, page: Page, { after, row }: Start): Step<Page> {
  if (after === undefined || page.after !== undefined) return page;
  const { text, params } = sql`SELECT ${keysOf(order)} FROM ${raw(tables)} WHERE ${row}`;
  const found = yield* one(text, params);
  if (found !== undefined) return { ...page, after: found };
  throw new CairnError('not_found', `the list can't go on behind ${quote(after)}, which is not there`, {
    hint: 'List from the beginning.',
  });
}

function keysOf(order: readonly OrderKey[]): Fragment {
  return join(
    order.map(({ value }, i) => sql`${value} AS ${raw(`key${i}`)}`),
    ', ',
  );
}

/**
 * Whether a row comes after another one, of which the keys are known. Says first what an index can be entered by: a plain
 * `a > x OR (a = x AND …)` would be looked for from the start.
 */
function isAfter(order: readonly OrderKey[], row: Row, i = 0): Fragment {
  const key = order[i];
  if (key === undefined) return raw('FALSE');
  const [own, known] = [rank(key), rank(key, sql`${row[`key${i}`] as Value}`)];
  const sign = key.descending ? '<' : '>';
  const beyond = sql`${own} ${raw(sign)} ${known}`;
  if (i === order.length - 1) return beyond;
  return sql`${own} ${raw(`${sign}=`)} ${known} AND (${beyond} OR ${isAfter(order, row, i + 1)})`;
}

function rank({ value, by }: OrderKey, of: Fragment = value): Fragment {
  return by === undefined ? of : by(of);
}

/** A list of values for `IN`, lengthened by repeating the last to a power of two, so that few statements differ. */
export function listOf(values: readonly Value[]): Fragment {
  const length = 2 ** Math.ceil(Math.log2(values.length));
  const padded = Array.from({ length }, (_, i) => values[Math.min(i, values.length - 1)] as Value);
  return sql`(${join(
    padded.map((value) => sql`${value}`),
    ', ',
  )})`;
}
