import type { SortKey } from '@cairn/core';
import type { Dialect } from '../sql/database.js';
import { raw, sql } from '../sql/fragment.js';
import type { OrderKey } from './pages.js';

const newestFirst: OrderKey = { value: raw('v.id'), descending: true };

const columns = { created: 'v.created_at', version: 'v.version', size: 'v.size', name: 'c.name' } as const;

/** How to order versions. Equal ones stay newest first, which is also the order when none is asked for. */
export function orderOf(sort: SortKey | undefined, dialect: Dialect): OrderKey[] {
  if (sort === undefined) return [newestFirst];
  const { descending = false } = sort;
  if (sort.field !== 'metadata') {
    return [{ value: raw(columns[sort.field]), descending }, newestFirst];
  }
  const { isNumber, isText, numberText, text } = dialect.json('v.metadata', sort.path);
  // Numbers before texts, or after them when descending; what is neither comes last either way.
  const [numbers, texts] = descending ? [raw('1'), raw('0')] : [raw('0'), raw('1')];
  return [
    { value: sql`CASE WHEN ${isNumber} THEN ${numbers} WHEN ${isText} THEN ${texts} ELSE 2 END` },
    { value: sql`CASE WHEN ${isNumber} THEN ${numberText} ELSE '0' END`, by: dialect.toNumber, descending },
    { value: sql`CASE WHEN ${isText} THEN ${text} ELSE '' END`, descending },
    newestFirst,
  ];
}
