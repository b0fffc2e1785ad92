import {
  type BlobStore,
  defaultStoragePolicy,
  type ReferenceEntry,
  type StoragePolicyFactory,
  type StoreReferenceOptions,
} from '@cairn/core';
import { referenceTrust } from '@cairn/file';
import { createHandlers, type Handler } from '../handlers.js';
import { currentWorkspace } from '../run/current-run.js';

/** What a draft was told of how its references are to be treated. */
export interface ReferenceSettings {
  readonly handlers: readonly Handler[] | undefined;
  readonly storagePolicy: StoragePolicyFactory | undefined;
}

/** All entries that a URI means. Handlers are the draft's own, else those of the current run, else the usual ones. */
export async function observeReference(
  uri: string,
  options: StoreReferenceOptions,
  { handlers, storagePolicy = defaultStoragePolicy }: ReferenceSettings,
): Promise<ReferenceEntry[]> {
  const workspace = currentWorkspace();
  const policy = storagePolicy.create({
    blobs: noBlobs,
    handlers: handlers === undefined && workspace ? workspace.handlers : createHandlers(handlers),
    trust: workspace?.trust ?? referenceTrust(),
    config: {},
  });
  const entries: ReferenceEntry[] = [];
  for await (const entry of policy.storeReference(uri, options)) entries.push(entry);
  return entries;
}

function none(): never {
  throw new TypeError('a storage policy has no store while it looks at references');
}

/** A draft belongs to no store yet. */
const noBlobs: BlobStore = {
  algorithm: 'blake3',
  basis: none,
  put: none,
  has: none,
  open: none,
  copyTo: none,
};
