import {
  canonicalJson,
  type Entry,
  type FileToStore,
  type PolicyRef,
  type Store,
  sortByUtf8,
  type WrittenManifest,
  writeManifest,
} from '@cairn/core';
import { sizeOf, toSource } from '../artifact/content.js';
import type { DraftEntry, KeptFile } from '../artifact/draft-entry.js';
import { openKept } from '../artifact/kept-entries.js';
import type { ArtifactClaim } from '../artifact.js';
import { validate } from '../metadata-schema.js';
import type { Progress } from '../progress.js';
import { createPolicy, type Workspace } from '../workspace.js';

/** The contents of an artifact, all of them durable. */
export interface StoredContents {
  readonly manifest: WrittenManifest;
  readonly policy: PolicyRef;
  readonly entries: readonly Entry[];
  readonly bytes: { readonly new: number; readonly reused: number };
  readonly files: { readonly new: number; readonly reused: number };
}

/** Stores what an artifact holds, and its manifest. */
export async function storeContents(
  claim: ArtifactClaim,
  workspace: Workspace,
  store: Store,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<StoredContents> {
  if (claim.schema !== undefined) await validate(claim.schema, claim.metadata, `the artifact ${claim.name}`);
  progress.enter('scan');
  const drafts = await claim.entries();
  const policy = createPolicy(claim.storagePolicy ?? workspace.policy, workspace, store);
  const ref = { name: policy.name, config: policy.config() };
  const kept = await findKept(drafts, workspace, store, ref, signal);

  const entries: Entry[] = [];
  const files: FileToStore[] = [];
  const bytes = { new: 0, reused: 0 };
  const counts = { new: 0, reused: 0 };
  let total = 0;
  const add = (entry: Entry & { kind: 'file' }, created: boolean) => {
    entries.push(entry);
    counts[created ? 'new' : 'reused']++;
    bytes[created ? 'new' : 'reused'] += entry.size;
    progress.fileDone(entry.path, entry.size, !created);
  };
  for (const draft of drafts) total += sizeOfEntry(draft);
  progress.enter('upload');
  progress.expect(total, drafts.length);
  for (const draft of drafts) {
    if (draft.kind === 'reference') entries.push(draft.entry);
    else if (draft.kind === 'new') files.push({ path: draft.path, source: toSource(draft.content) });
    else if (kept.has(draft)) add(draft.entry, false);
    else files.push({ path: draft.path, source: { kind: 'stream', open: () => openKept(draft, signal) } });
  }
  for await (const { entry, created } of policy.storeFiles(files, { signal, onBytes: progress.onBytes })) {
    add(entry, created);
  }
  sortByUtf8(entries, ({ path }) => path);
  const manifest = await writeManifest(entries, store.blobs, ref, { signal });
  return { manifest, policy: ref, entries, bytes, files: counts };
}

/** The kept files that are in this store, under the same policy, and so need not be read. */
async function findKept(
  drafts: readonly DraftEntry[],
  workspace: Workspace,
  { blobs }: Store,
  policy: PolicyRef,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<KeptFile>> {
  const near = drafts.filter((draft): draft is KeptFile => {
    if (draft.kind !== 'kept') return false;
    const { origin } = draft;
    return (
      origin.workspace.store.identity === workspace.store.identity && isSamePolicy(origin.policy, policy)
    );
  });
  if (near.length === 0) return new Set();
  const there = await blobs.has([...new Set(near.map(({ entry }) => entry.digest))], { signal });
  return new Set(near.filter(({ entry }) => there.has(entry.digest)));
}

function isSamePolicy(a: PolicyRef, b: PolicyRef): boolean {
  return a.name === b.name && canonicalJson(a.config) === canonicalJson(b.config);
}

function sizeOfEntry(draft: DraftEntry): number {
  if (draft.kind === 'new') return sizeOf(draft.content);
  return draft.kind === 'kept' ? draft.entry.size : 0;
}
