import type { Api, CollectionRecord } from '@cairn/sdk';
import { UsageError } from '../failure/usage-error.js';
import { agoText, bytesText } from '../output/format.js';
import type { Column, ListRequest } from '../output/print-list.js';

/** A collection, and the size of its latest version. */
export interface Collection extends CollectionRecord {
  readonly size: number | undefined;
}

/** Which collections to look at. */
export interface CollectionScope {
  readonly entity?: string | undefined;
  readonly project?: string | undefined;
  readonly type?: string | undefined;
  readonly limit?: number | undefined;
  readonly signal: AbortSignal;
}

/** Adds the sizes, by one more query for all of them. */
export async function withSizes(
  api: Api,
  records: readonly CollectionRecord[],
  scope: CollectionScope,
): Promise<Collection[]> {
  const sizes = new Map<string, number>();
  for await (const { name, size } of api.artifacts({ ...scope, where: 'alias:latest', sort: 'name' })) {
    sizes.set(name, size);
  }
  return records.map((record) => ({ ...record, size: sizes.get(record.name) }));
}

/** By what collections can be sorted; numbers and times with the greatest last. */
const sortKeys: Readonly<Record<string, (collection: Collection) => string | number>> = {
  name: ({ name }) => name,
  created: ({ createdAt }) => createdAt,
  updated: ({ updatedAt }) => updatedAt,
  versions: ({ versionCount }) => versionCount,
  size: ({ size = -1 }) => size,
};

/** @throws UsageError for another key. */
export function sortCollections(collections: readonly Collection[], sort: string): Collection[] {
  const isDescending = sort.startsWith('-');
  const key = sortKeys[isDescending ? sort.slice(1) : sort];
  if (key === undefined) {
    throw new UsageError(
      `collections can't be sorted by "${sort}"`,
      `Sort by ${Object.keys(sortKeys).join(', ')}, with - before it for descending.`,
    );
  }
  const order = collections.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  return isDescending ? order.reverse() : order;
}

const columns: readonly Column<Collection>[] = [
  { heading: 'NAME', shrinks: true, text: ({ name }) => name, color: ({ cyan }) => cyan },
  { heading: 'TYPE', shrinks: true, text: ({ type }) => type },
  { heading: 'LATEST', text: latestOf },
  { heading: 'ALIASES', shrinks: true, text: aliasesOf, color: ({ green }) => green },
  {
    heading: 'SIZE',
    align: 'right',
    text: ({ size }) => (size === undefined ? '' : bytesText(size)),
    exact: ({ size = '' }) => size,
  },
  {
    heading: 'UPDATED',
    text: (c) => agoText(c.updatedAt),
    exact: (c) => c.updatedAt,
    color: ({ dim }) => dim,
  },
];

function latestOf({ latest }: Collection): string {
  return latest === undefined ? '' : `v${latest}`;
}

function aliasesOf({ aliases }: Collection): string {
  return aliases.flatMap(({ alias }) => (alias === 'latest' ? [] : [alias])).join(', ');
}

export const collectionList: ListRequest<Collection> = {
  columns,
  id: ({ name }) => name,
  json: ({
    entity,
    project,
    name,
    type,
    latest,
    versionCount,
    aliases,
    size = null,
    createdAt,
    updatedAt,
  }) => ({
    ...{ entity, project, name, type },
    latest: latest === undefined ? null : `v${latest}`,
    versions: versionCount,
    aliases: Object.fromEntries(aliases.map(({ alias, version }) => [alias, `v${version}`])),
    ...{ size, created: createdAt, updated: updatedAt },
  }),
};
