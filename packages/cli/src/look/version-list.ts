import type { Version } from '@cairn/sdk';
import { agoText, bytesText, countText } from '../output/format.js';
import type { Column, ListRequest } from '../output/print-list.js';

/** A version as `--json` prints it. */
export function versionJson(version: Version<object>): object {
  const { id, entity, project, name, type, digest, description = null, metadata } = version;
  return {
    ...{ entity, project, name, version: version.version, type, digest },
    aliases: aliasesOf(version),
    tags: [...version.tags].sort(),
    size: version.size,
    files: version.entryCount,
    ...{ description, metadata, created: version.createdAt, id },
  };
}

/** `name:v3`. */
export function addressOf({ name, version }: Pick<Version<object>, 'name' | 'version'>): string {
  return `${name}:${version}`;
}

/** In order, also after an edit. */
export function aliasesOf({ aliases }: Version<object>): string[] {
  return [...aliases].sort();
}

const columns: readonly Column<Version>[] = [
  { heading: 'VERSION', text: addressOf, color: ({ cyan }) => cyan },
  { heading: 'TYPE', shrinks: true, drops: 2, text: ({ type }) => type },
  {
    heading: 'ALIASES',
    shrinks: true,
    text: (v) => aliasesOf(v).join(', '),
    color: ({ green }) => green,
  },
  {
    heading: 'FILES',
    align: 'right',
    drops: 1,
    text: (v) => countText(v.entryCount),
    exact: (v) => v.entryCount,
  },
  {
    heading: 'SIZE',
    align: 'right',
    drops: 4,
    text: ({ size }) => bytesText(size),
    exact: ({ size }) => size,
  },
  {
    heading: 'CREATED',
    drops: 3,
    text: (v) => agoText(v.createdAt),
    exact: (v) => v.createdAt,
    color: ({ dim }) => dim,
  },
];

export const versionList: ListRequest<Version> = {
  columns,
  id: addressOf,
  json: versionJson,
  empty: 'there are no such versions',
};
