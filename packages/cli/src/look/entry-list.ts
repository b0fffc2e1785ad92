import type { Entry as EntryRecord } from '@cairn/core';
import type { Entry } from '@cairn/sdk';
import { bytesText } from '../output/format.js';
import type { Column, ListRequest } from '../output/print-list.js';

/** An entry of a version as `--json` prints it. */
function entryJson(entry: Entry): object {
  const { path, digest, size = null, isUnverified } = entry;
  const uri = entry.ref() ?? null;
  return { path, kind: uri === null ? 'file' : 'reference', size, digest, uri, verified: !isUnverified };
}

/** The same of an entry as a comparison gives it. */
export function recordJson(entry: EntryRecord): object {
  const { path, kind, digest, size = null } = entry;
  const uri = entry.kind === 'reference' ? entry.uri : null;
  return { path, kind, size, digest, uri, verified: !digest.startsWith('uri:') };
}

const columns: readonly Column<Entry>[] = [
  { heading: 'PATH', shrinks: true, text: ({ path }) => path, color: ({ cyan }) => cyan },
  { heading: 'SIZE', align: 'right', text: ({ size }) => sizeText(size), exact: ({ size = '' }) => size },
  {
    heading: 'DIGEST',
    drops: 1,
    text: ({ digest }) => digest.slice(0, 19),
    exact: ({ digest }) => digest,
    color: ({ dim }) => dim,
  },
  { heading: 'REFERENCE', shrinks: true, drops: 2, text: (entry) => entry.ref() ?? '' },
];

/** `?` where a source didn't tell. */
export function sizeText(size: number | undefined): string {
  return size === undefined ? '?' : bytesText(size);
}

export const entryList: ListRequest<Entry> = {
  columns,
  id: ({ path }) => path,
  json: entryJson,
  empty: 'it has no files',
};
