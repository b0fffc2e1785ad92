import { type BlobStore, type CallOptions, canonicalJson, type PolicyRef, type Store } from '@cairn/core';
import type { Base } from '../artifact/base.js';
import type { DraftEntry, KeptFile } from '../artifact/draft-entry.js';
import { EntryTable } from '../artifact/entry-table.js';
import type { Origin } from '../artifact/kept-entries.js';
import type { Workspace } from '../workspace.js';

/** Whether the files of a version are what this project has, under the same policy, as surely as the version itself. */
export async function isHere(
  { origin }: Base,
  workspace: Workspace,
  store: Store,
  policy: PolicyRef,
  options: CallOptions,
): Promise<boolean> {
  if (!isNear(origin, workspace, policy)) return false;
  const { entity, project, name, version, id } = origin.record;
  if (store.blobsOf(origin.record) !== store.blobsOf(workspace)) return false;
  const found = await store.catalog.findVersion({ entity, project, name }, { version }, options);
  return found?.id === id;
}

/** The same content as single entries: what the version has that a draft started from is listed with the rest. */
export async function spread(table: EntryTable, base: Base): Promise<EntryTable> {
  const all = new EntryTable();
  for await (const entries of base.entries()) await all.add(entries, false);
  await all.add(table.added(), true);
  return all;
}

/** The kept files that are among these blobs, under the same policy, and so need not be read. */
export async function findKept(
  drafts: Iterable<DraftEntry>,
  workspace: Workspace,
  blobs: BlobStore,
  policy: PolicyRef,
  options: CallOptions,
): Promise<ReadonlySet<KeptFile>> {
  const near: KeptFile[] = [];
  for (const draft of drafts) {
    if (draft.kind === 'kept' && isNear(draft.origin, workspace, policy)) near.push(draft);
  }
  if (near.length === 0) return new Set();
  const there = await blobs.has([...new Set(near.map(({ entry }) => entry.digest))], options);
  return new Set(near.filter(({ entry }) => there.has(entry.digest)));
}

function isNear(origin: Origin, workspace: Workspace, { name, config }: PolicyRef): boolean {
  return (
    origin.workspace.store.identity === workspace.store.identity &&
    origin.policy.name === name &&
    canonicalJson(origin.policy.config) === canonicalJson(config)
  );
}
