import type { SortKey, VersionRecord } from '@cairn/core';
import { collect } from '../../helpers.js';
import { type CatalogMutant, lie } from './lie.js';

function keyOf(version: VersionRecord, sort: SortKey): unknown {
  if (sort.field === 'created') return version.createdAt;
  if (sort.field !== 'metadata') return version[sort.field];
  return sort.path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    version.metadata,
  );
}

/** A catalog that orders two keys, neither of which is missing, by itself. */
function orders(name: string, compare: (a: unknown, b: unknown) => number): CatalogMutant {
  return sorts(name, (versions, sort) => {
    const sign = sort.descending === true ? -1 : 1;
    const [without, having] = [
      versions.filter((version) => keyOf(version, sort) === undefined),
      versions.filter((version) => keyOf(version, sort) !== undefined),
    ];
    return [...having.sort((a, b) => sign * compare(keyOf(a, sort), keyOf(b, sort))), ...without];
  });
}

/** A catalog that sorts by itself. */
function sorts(
  name: string,
  sorted: (versions: VersionRecord[], sort: SortKey) => VersionRecord[],
): CatalogMutant {
  return lie(name, ({ listVersions }) => ({
    async *listVersions({ sort, limit, ...query }, options) {
      const versions = await collect(listVersions(query, options));
      yield* (sort === undefined ? versions : sorted(versions, sort)).slice(0, limit);
    },
  }));
}

const natural = (a: unknown, b: unknown): number => ((a as number) < (b as number) ? -1 : a === b ? 0 : 1);
const ofTexts = (compare: (a: string, b: string) => number) => (a: unknown, b: unknown) =>
  typeof a === 'string' && typeof b === 'string' ? compare(a, b) : natural(a, b);

export const sortingMutants: readonly CatalogMutant[] = [
  orders('sorts numbers as texts', (a, b) => natural(String(a), String(b))),
  orders(
    'sorts texts as people do',
    ofTexts((a, b) => a.localeCompare(b)),
  ),
  orders(
    'sorts texts by their length',
    ofTexts((a, b) => a.length - b.length || natural(a, b)),
  ),
  sorts('sorts what lacks the key first on the way down', (versions, sort) => {
    const sorted = versions.sort((a, b) => {
      const [left, right] = [keyOf(a, sort), keyOf(b, sort)];
      if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? 1 : -1;
      return natural(left, right);
    });
    return sort.descending === true ? sorted.reverse() : sorted;
  }),
  lie('takes the limit before it sorts', ({ listVersions }) => ({
    async *listVersions(query, options) {
      const kept = new Set<string>();
      for await (const { id } of listVersions({ ...query, sort: undefined }, options)) kept.add(id);
      for await (const version of listVersions({ ...query, limit: undefined }, options)) {
        if (kept.has(version.id)) yield version;
      }
    },
  })),
];
