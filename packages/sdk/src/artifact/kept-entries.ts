import { CairnError, type Entry, type PolicyRef, quote } from '@cairn/core';
import { readStore, withStore } from '../store/store-access.js';
import { openContents } from '../version/contents.js';
import { insideOf } from '../version/stored-version.js';
import type { Version } from '../version.js';
import { policyOf, type Workspace } from '../workspace.js';
import type { DraftEntry, KeptFile } from './draft-entry.js';

/** Where the files of a logged version are kept. */
export interface Origin {
  readonly workspace: Workspace;
  readonly policy: PolicyRef;
  /** The version, for messages. */
  readonly address: string;
}

/** What a version holds, as entries of a draft. */
export async function keptEntries(version: Version<object>): Promise<DraftEntry[]> {
  const inside = insideOf(version);
  return withStore(inside.workspace.store, async (store) => {
    const { manifest } = await openContents(inside, store, undefined);
    const origin = { workspace: inside.workspace, policy: manifest.policy, address: String(version) };
    const entries: DraftEntry[] = [];
    for await (const entry of manifest.entries()) entries.push(keptEntry(entry, origin));
    return entries;
  });
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
  const { workspace, policy, address } = origin;
  try {
    yield* readStore(workspace.store, (store) =>
      policyOf(workspace, store, policy).openFile(entry, { signal }),
    );
  } catch (cause) {
    if (!CairnError.is(cause, 'not_found')) throw cause;
    throw new CairnError('not_found', `${quote(path)} of ${address} is no longer in its store`, {
      hint: 'Add the file again with { overwrite: true }, or remove the entry.',
      cause,
    });
  }
}
