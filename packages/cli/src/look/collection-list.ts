import type { CollectionRecord } from '@cairn/sdk';
import { UsageError } from '../failure/usage-error.js';
import { agoText, bytesText } from '../output/format.js';
import type { Column, ListRequest } from '../output/print-list.js';

/** By what collections can be sorted; numbers and times with the greatest last. */
const sortKeys: Readonly<Record<string, (collection: CollectionRecord) => string | number>> = {
  name: ({ name }) => name,
  created: ({ createdAt }) => createdAt,
  updated: ({ updatedAt }) => updatedAt,
  versions: ({ versionCount }) => versionCount,
  size: ({ latestSize = -1 }) => latestSize,
};

/** @throws UsageError for another key. */
export function sortCollections(collections: readonly CollectionRecord[], sort: string): CollectionRecord[] {
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

const columns: readonly Column<CollectionRecord>[] = [
  { heading: 'NAME', shrinks: true, text: ({ name }) => name, color: ({ cyan }) => cyan },
  { heading: 'TYPE', shrinks: true, drops: 2, text: ({ type }) => type },
  { heading: 'LATEST', text: latestOf },
  { heading: 'ALIASES', shrinks: true, text: aliasesOf, color: ({ green }) => green },
  {
    heading: 'SIZE',
    drops: 3,
    align: 'right',
    text: ({ latestSize }) => (latestSize === undefined ? '' : bytesText(latestSize)),
    exact: ({ latestSize = '' }) => latestSize,
  },
  {
    heading: 'UPDATED',
    drops: 1,
    text: (c) => agoText(c.updatedAt),
    exact: (c) => c.updatedAt,
    color: ({ dim }) => dim,
  },
];

function latestOf({ latest }: CollectionRecord): string {
  return latest === undefined ? '' : `v${latest}`;
}

function aliasesOf({ aliases }: CollectionRecord): string {
  return aliases.flatMap(({ alias }) => (alias === 'latest' ? [] : [alias])).join(', ');
}

export const collectionList: ListRequest<CollectionRecord> = {
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
    latestSize = null,
    createdAt,
    updatedAt,
  }) => ({
    ...{ entity, project, name, type },
    latest: latest === undefined ? null : `v${latest}`,
    versions: versionCount,
    aliases: Object.fromEntries(aliases.map(({ alias, version }) => [alias, `v${version}`])),
    ...{ size: latestSize, created: createdAt, updated: updatedAt },
  }),
};
