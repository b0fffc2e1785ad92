import { findStore, type Version } from '@cairn/sdk';
import type { Partly } from '../failure/partly.js';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import { addressOf, aliasesOf } from '../look/version-list.js';
import { bytesText } from '../output/format.js';
import { type ListRequest, printList } from '../output/print-list.js';
import { isUrl } from '../settings/settings.js';
import { withFolderStore } from './open-folder-store.js';

/** A version that is to be deleted. */
export interface Doomed {
  readonly version: Version;
  /** What only it needs, in bytes; `undefined` where nobody says. */
  readonly frees: number | undefined;
}

/** The versions that are named, each once. @throws UsageError for a name that leaves open which version is meant. */
export async function findDoomed(invocation: Invocation, partly: Partly): Promise<readonly Doomed[]> {
  const { args, signal } = invocation;
  for (const ref of args) {
    if (!/[:@]/.test(ref)) {
      throw new UsageError(
        `"${ref}" leaves open which version to delete`,
        `Say it: ${ref}:v0, or ${ref}:latest.`,
      );
    }
  }
  const api = await invocation.api();
  const found = new Map<string, Version>();
  for (const ref of args) {
    const version = await partly.try(() => api.artifact(ref, { signal }));
    if (version !== undefined) found.set(version.id, version);
  }
  if (found.size === 0) return [];
  const frees = await ownBytes(invocation);
  return [...found.values()].map((version) => ({ version, frees: frees.get(version.id) }));
}

/** What only each version needs. A server doesn't say. */
async function ownBytes(invocation: Invocation): Promise<ReadonlyMap<string, number>> {
  const place = invocation.workspace();
  if (isUrl(findStore(place.store, place).location)) return new Map();
  const { versions } = await withFolderStore(invocation, 'this', (store) =>
    store.stats({ signal: invocation.signal }),
  );
  return new Map(versions.map(({ id, ownBytes }) => [id, ownBytes]));
}

/** What they free together is at least this: what only they share comes on top. */
export function freesText(doomed: readonly Doomed[]): string {
  let sum = 0;
  for (const { frees } of doomed) {
    if (frees === undefined) return '';
    sum += frees;
  }
  return `, which frees ${doomed.length > 1 ? 'at least ' : ''}${bytesText(sum)}`;
}

const doomedList: ListRequest<Doomed> = {
  columns: [
    { heading: 'VERSION', text: ({ version }) => addressOf(version), color: ({ cyan }) => cyan },
    { heading: 'ALIASES', shrinks: true, text: ({ version }) => aliasesOf(version).join(', ') },
    {
      heading: 'SIZE',
      align: 'right',
      text: ({ version }) => bytesText(version.size),
      exact: ({ version }) => version.size,
    },
    {
      heading: 'FREES',
      align: 'right',
      text: ({ frees }) => (frees === undefined ? '?' : bytesText(frees)),
      exact: ({ frees = '' }) => frees,
    },
  ],
  id: ({ version }) => addressOf(version),
  json: ({ version, frees = null }) => ({
    ...{ entity: version.entity, project: version.project, name: version.name, version: version.version },
    ...{ aliases: aliasesOf(version), size: version.size, frees },
  }),
};

export function printDoomed({ output, refOf }: Invocation, doomed: readonly Doomed[]): Promise<void> {
  return printList(output, doomed, { ...doomedList, id: ({ version }) => refOf(version) });
}
