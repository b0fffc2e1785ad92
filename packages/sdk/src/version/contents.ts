import {
  type BlobStore,
  type Manifest,
  openManifest,
  type StoragePolicy,
  type Store,
  type VersionRecord,
} from '@cairn/core';
import { policyOf, type Workspace } from '../workspace.js';

/** What a version holds, and what reads it. */
export interface Contents {
  readonly store: Store;
  readonly manifest: Manifest;
  readonly policy: StoragePolicy;
}

/** The manifests that were opened last, by where they are kept: their lists of leaves, which never change. */
const opened = new WeakMap<BlobStore, Map<string, Manifest>>();
const remembered = 4;

/** @throws CairnError `not_found`, `manifest_invalid`, `integrity_mismatch`, `unsupported_format`. */
export async function openContents(
  { workspace, record }: { readonly workspace: Workspace; readonly record: VersionRecord },
  store: Store,
  signal: AbortSignal | undefined,
): Promise<Contents> {
  signal?.throwIfAborted();
  const blobs = store.blobsOf(record);
  const manifest = await openRemembered(blobs, record, signal);
  return { store, manifest, policy: policyOf(workspace, blobs, manifest.policy) };
}

async function openRemembered(
  blobs: BlobStore,
  { manifest: blob, digest: expected }: VersionRecord,
  signal: AbortSignal | undefined,
): Promise<Manifest> {
  const ofStore = opened.get(blobs) ?? new Map<string, Manifest>();
  opened.set(blobs, ofStore);
  const key = `${blob} ${expected}`;
  const manifest = ofStore.get(key) ?? (await openManifest(blobs, blob, { expected, signal }));
  ofStore.delete(key);
  ofStore.set(key, manifest);
  for (const oldest of ofStore.keys()) {
    if (ofStore.size <= remembered) break;
    ofStore.delete(oldest);
  }
  return manifest;
}
