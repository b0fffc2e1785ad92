import { compareUtf8 } from '../path.js';
import type { Comparison, Condition, SortKey, VersionQuery } from '../query.js';
import type { Tables, VersionRow } from './catalog-rows.js';
import { partOf } from './part.js';
import { isWithin } from './places.js';

/** The versions a query asks for, in its order. */
export function findVersions(tables: Tables, query: VersionQuery): readonly VersionRow[] {
  const { entity, project, name, type, where = [], deleted = false, sort, after, limit, within } = query;
  const isListed = (row: VersionRow) => {
    const { ref } = row.collection;
    return (
      row.deleted === deleted &&
      (entity ?? ref.entity) === ref.entity &&
      (project ?? ref.project) === ref.project &&
      (name ?? ref.name) === ref.name &&
      (type ?? row.collection.type) === row.collection.type &&
      where.every((condition) => matches(row, condition))
    );
  };
  const all = [...tables.versions.values()].reverse();
  const rows = all.filter(({ collection }) => isWithin(collection.ref, within));
  const sorted = sort === undefined ? rows : sortBy(rows, sort);
  return partOf(sorted, { after, limit, nameOf: ({ id }) => id, isListed });
}

function matches(row: VersionRow, condition: Condition): boolean {
  switch (condition.field) {
    case 'alias':
      return (row.collection.holders.get(condition.value) === row) !== (condition.negated ?? false);
    case 'tag':
      return row.tags.includes(condition.value) !== (condition.negated ?? false);
    case 'loggedBy':
      return [...row.loggedBy].some(({ run }) => run.id === condition.runId);
    case 'usedBy':
      return [...row.usedBy].some(({ run }) => run.id === condition.runId);
    case 'created':
      return holds(row.createdAt.getTime(), condition.operator, Date.parse(condition.value));
    case 'metadata':
      return holds(valueAt(row.metadata, condition.path), condition.operator, condition.value);
  }
}

/** Compares a value that was found with one that was asked for; see {@link Condition}. */
function holds(found: unknown, operator: Comparison, wanted: unknown): boolean {
  if (operator === '=') return found === wanted;
  if (operator === '!=') return found !== wanted;
  const order = compare(found, wanted);
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

/** Below, at or above 0; `undefined` when the two have no order. */
function compare(a: unknown, b: unknown): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return typeof a === 'string' && typeof b === 'string' ? compareUtf8(a, b) : undefined;
}

/** The value under some keys, or `undefined`. A list has no keys. */
function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined;
    if (!Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** Numbers come before texts; what is neither has no place, and comes last. Ties stay newest first. */
function sortBy(rows: readonly VersionRow[], sort: SortKey): VersionRow[] {
  const sign = sort.descending === true ? -1 : 1;
  const rank = (key: unknown) => (typeof key === 'number' ? 0 : typeof key === 'string' ? 1 : undefined);
  return rows
    .map((row) => ({ row, key: sortKey(row, sort) }))
    .sort((a, b) => {
      const [left, right] = [rank(a.key), rank(b.key)];
      if (left === undefined || right === undefined) return (left ?? 2) - (right ?? 2);
      return sign * (left - right || (compare(a.key, b.key) ?? 0));
    })
    .map(({ row }) => row);
}

function sortKey(row: VersionRow, sort: SortKey): unknown {
  switch (sort.field) {
    case 'created':
      return row.createdAt.getTime();
    case 'version':
      return row.number;
    case 'size':
      return row.content.size;
    case 'name':
      return row.collection.ref.name;
    case 'metadata':
      return valueAt(row.metadata, sort.path);
  }
}
