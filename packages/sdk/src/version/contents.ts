import { type Manifest, openManifest, type StoragePolicy, type Store, type VersionRecord } from '@cairn/core';
import { policyOf, type Workspace } from '../workspace.js';

/** What a version holds, and what reads it. */
export interface Contents {
  readonly store: Store;
  readonly manifest: Manifest;
  readonly policy: StoragePolicy;
}

/** @throws CairnError `not_found`, `manifest_invalid`, `integrity_mismatch`, `unsupported_format`. */
export async function openContents(
  { workspace, record }: { readonly workspace: Workspace; readonly record: VersionRecord },
  store: Store,
  signal: AbortSignal | undefined,
): Promise<Contents> {
  const manifest = await openManifest(store.blobs, record.manifest, { expected: record.digest, signal });
  return { store, manifest, policy: policyOf(workspace, store, manifest.policy) };
}
