import {
  type AnyIterable,
  batched,
  batchesOf,
  compareUtf8,
  type Entry,
  type EntryEdit,
  type FileToStore,
  type ManifestEdits,
  quote,
  rewriteManifest,
  type StoragePolicy,
  type Store,
  type StoredFile,
  type TransferOptions,
  Waiting,
  type WrittenManifest,
  writeManifest,
} from '@cairn/core';
import type { Base } from '../artifact/base.js';
import { sizeOf, toSource } from '../artifact/content.js';
import type { DraftEntry, KeptFile } from '../artifact/draft-entry.js';
import type { EntryTable } from '../artifact/entry-table.js';
import { keptSources, type Origin } from '../artifact/kept-entries.js';
import type { ArtifactClaim } from '../artifact.js';
import { validate } from '../metadata-schema.js';
import type { Progress } from '../progress.js';
import { createPolicy, type Workspace } from '../workspace.js';
import { findKept, isHere, spread } from './find-kept.js';
import { StoredFiles } from './stored-files.js';

/** The contents of an artifact, all of them durable. */
export interface StoredContents {
  readonly manifest: WrittenManifest;
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
  const draft = await claim.entries();
  const blobs = store.blobsOf(workspace);
  const policy = createPolicy(claim.storagePolicy ?? workspace.policy, workspace, blobs);
  const ref = { name: policy.name, config: policy.config() };

  const isBaseHere = draft.base && (await isHere(draft.base, workspace, store, ref, { signal }));
  const base = isBaseHere === true ? draft.base : undefined;
  const table = draft.base && base === undefined ? await spread(draft, draft.base) : draft;
  const isSpread = table !== draft;
  const kept = new Set<DraftEntry>(
    isSpread ? await findKept(table.added(), workspace, blobs, ref, { signal }) : [],
  );

  const untouched = base?.totals ?? { entries: 0, files: 0, bytes: 0 };
  const added = table.totals;
  blobs.checkCount?.(untouched.entries + added.entries);
  const bytes = { new: 0, reused: untouched.bytes };
  const files = { new: 0, reused: untouched.files };
  progress.enter('upload');
  progress.expect(untouched.bytes + added.bytes, untouched.entries + added.entries);
  progress.reused(untouched.bytes, untouched.files);
  const stored = new StoredFiles(added.files, blobs.algorithm);
  const onFile: OnFile = (number, { entry, created }) => {
    stored.set(number, entry);
    files[created ? 'new' : 'reused']++;
    bytes[created ? 'new' : 'reused'] += entry.size;
    progress.fileDone(entry.path, entry.size, !created);
  };
  await storeFiles(table, kept, policy, progress, onFile, { signal, onBytes: progress.onBytes });

  const entries = entriesOf(table, stored);
  const manifest =
    base === undefined
      ? await writeManifest(entries, blobs, ref, { signal })
      : await rewriteManifest(base.manifest, editsOf(base, entries), blobs, ref, { signal });
  return { manifest, bytes, files };
}

type OnFile = (number: number, file: StoredFile) => void;

/** Stores the files, and tells of each its number in the order of the paths. */
async function storeFiles(
  table: EntryTable,
  kept: ReadonlySet<DraftEntry>,
  policy: StoragePolicy,
  progress: Progress,
  onFile: OnFile,
  options: TransferOptions,
): Promise<void> {
  const waiting = new Waiting<string, number>();
  const elsewhere = new Map<Origin, KeptFile[]>();
  function noteElsewhere(draft: KeptFile): void {
    const files = elsewhere.get(draft.origin);
    if (files === undefined) elsewhere.set(draft.origin, [draft]);
    else files.push(draft);
  }
  let number = 0;
  function toStore(drafts: readonly DraftEntry[]): FileToStore[] {
    const files: FileToStore[] = [];
    for (const draft of drafts) {
      const { kind, path } = draft;
      if (kind === 'reference') continue;
      if (kind === 'kept' && kept.has(draft)) {
        onFile(number++, { entry: draft.entry, created: false });
        continue;
      }
      waiting.set(path, number++);
      if (kind === 'kept') {
        noteElsewhere(draft);
        continue;
      }
      progress.fileBegun(path, sizeOf(draft.content));
      files.push({ path, source: toSource(draft.content) });
    }
    return files;
  }
  async function* batches(): AsyncGenerator<readonly FileToStore[]> {
    for (const drafts of table.addedInBatches()) yield toStore(drafts);
  }
  async function store(files: AnyIterable<FileToStore>): Promise<void> {
    for await (const batch of batchesOf(policy.storeFiles(files, options))) {
      for (const file of batch) {
        const { path } = file.entry;
        const number = waiting.take(path);
        if (number === undefined) throw mistaken(policy, path, 'answers for a file it was not given:');
        onFile(number, file);
      }
    }
  }
  await store(batched(batches));
  for (const [origin, files] of elsewhere) await store(keptSources(files, origin, options.signal));
  for (const path of waiting.keys()) throw mistaken(policy, path, 'did not store');
}

function mistaken({ name }: StoragePolicy, path: string, what: string): TypeError {
  return new TypeError(`the storage policy ${quote(name)} ${what} ${quote(path)}`);
}

function* entriesOf(table: EntryTable, stored: StoredFiles): Generator<Entry> {
  let number = 0;
  for (const batch of table.addedPaths()) {
    for (const added of batch) yield typeof added === 'string' ? stored.entry(number++, added) : added.entry;
  }
}

/** What was done to a version to make a draft of it. */
function editsOf({ removedPaths, removedFolders }: Base, entries: Iterable<Entry>): ManifestEdits {
  function* edits(): Generator<EntryEdit> {
    const removed = removedPaths.values();
    let next = removed.next().value;
    for (const entry of entries) {
      for (; next !== undefined && compareUtf8(next, entry.path) <= 0; next = removed.next().value) {
        if (next !== entry.path) yield { path: next, entry: undefined };
      }
      yield { path: entry.path, entry };
    }
    for (; next !== undefined; next = removed.next().value) yield { path: next, entry: undefined };
  }
  return { edits: edits(), removedFolders };
}
