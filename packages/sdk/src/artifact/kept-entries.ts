import {
  type BlobStore,
  CairnError,
  type Entry,
  type FileToStore,
  openManifest,
  type PolicyRef,
  quote,
  type VersionRecord,
} from '@cairn/core';
import { readStore } from '../store/store-access.js';
import { bulkSources } from '../util/bulk-sources.js';
import { policyOf, type Workspace } from '../workspace.js';
import { Base } from './base.js';
import type { DraftEntry, KeptFile } from './draft-entry.js';

/** Where the files of a logged version are kept. */
export interface Origin {
  readonly workspace: Workspace;
  readonly record: VersionRecord;
  readonly policy: PolicyRef;
  /** The version, for messages. */
  readonly address: string;
}

/** How many leaves of a version's manifest are kept in memory, of about 130 KB each. */
const keptLeaves = 128;

/** What a version holds, as what a draft starts from. */
export async function openBase(
  { workspace, record }: Pick<Origin, 'workspace' | 'record'>,
  address: string,
): Promise<Base> {
  const blobs: Pick<BlobStore, 'open'> = {
    open: (digest, options) =>
      readStore(workspace.store, (store) => store.blobsOf(record).open(digest, options)),
  };
  const manifest = await openManifest(blobs, record.manifest, {
    expected: record.digest,
    keepLeaves: keptLeaves,
  });
  return new Base(manifest, { workspace, record, policy: manifest.policy, address });
}

export function keptEntry(entry: Entry, origin: Origin): DraftEntry {
  const { path } = entry;
  return entry.kind === 'file'
    ? { kind: 'kept', path, entry, origin }
    : { kind: 'reference', path, entry, from: origin.address };
}

/** Files of one logged version with their bytes, from wherever it was logged. */
export function keptSources(
  kept: readonly KeptFile[],
  { workspace, record, policy, address }: Origin,
  signal?: AbortSignal,
): AsyncGenerator<FileToStore, void, undefined> {
  return readStore(workspace.store, async function* (store) {
    const blobs = store.blobsOf(record);
    const sources = bulkSources(kept, {
      inBulk: blobs.isRemote === true,
      sizeOf: ({ entry }) => entry.size,
      open: (file) => openKept(file, signal),
      async *copyTo(files) {
        const requests = files.map(({ item, to }) => ({ entry: item.entry, to }));
        try {
          yield* policyOf(workspace, blobs, policy).loadFiles(requests, { signal });
        } catch (error) {
          throw gone('a file', address, error);
        }
      },
    });
    for await (const { item, source } of sources) yield { path: item.path, source };
  });
}

/** The bytes of one, which may be asked for when the store would be closed else. */
async function* openKept(
  { path, entry, origin }: KeptFile,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { workspace, record, policy, address } = origin;
  try {
    yield* readStore(workspace.store, (store) =>
      policyOf(workspace, store.blobsOf(record), policy).openFile(entry, { signal }),
    );
  } catch (error) {
    throw gone(quote(path), address, error);
  }
}

function gone(what: string, address: string, cause: unknown): unknown {
  if (!CairnError.is(cause, 'not_found')) return cause;
  return new CairnError('not_found', `${what} of ${address} is no longer in its store`, {
    hint: 'Add the file again with { overwrite: true }, or remove the entry.',
    cause,
  });
}
