import {
  type BlobStore,
  CairnError,
  type Entry,
  openManifest,
  type PolicyRef,
  quote,
  type VersionRecord,
} from '@cairn/core';
import { readStore } from '../store/store-access.js';
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

/** The bytes of a file of a logged version, from wherever it was logged. */
export async function* openKept(
  { path, entry, origin }: KeptFile,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { workspace, record, policy, address } = origin;
  try {
    yield* readStore(workspace.store, (store) =>
      policyOf(workspace, store.blobsOf(record), policy).openFile(entry, { signal }),
    );
  } catch (cause) {
    if (!CairnError.is(cause, 'not_found')) throw cause;
    throw new CairnError('not_found', `${quote(path)} of ${address} is no longer in its store`, {
      hint: 'Add the file again with { overwrite: true }, or remove the entry.',
      cause,
    });
  }
}
