import { type BlobStore, CairnError, type CallOptions, type ContentDigest } from '@cairn/core';
import { rawDigest } from '../packs/pack-format.js';
import type { Database } from '../sql/database.js';

/** What the links of projects are made and looked up with. */
export interface LinksContext {
  readonly database: Database;
  /** All of the store. */
  readonly blobs: BlobStore;
  /** The segments and chunks of a large blob. */
  partsOf(digest: Uint8Array, options: CallOptions): Promise<readonly Uint8Array[]>;
  /** Above this many bytes a blob is large. */
  readonly smallBytes: number;
}

/** How many digests of a manifest are looked at together, at least. */
export const entriesAtOnce = 10_000;

/** The digest of a blob, and of the pieces it is stored in. */
export async function withParts(
  { smallBytes, partsOf }: LinksContext,
  { digest, size }: { readonly digest: ContentDigest; readonly size: number },
  options: CallOptions,
): Promise<Uint8Array[]> {
  const raw = rawDigest(digest);
  if (size <= smallBytes) return [raw];
  try {
    return [raw, ...(await partsOf(raw, options))];
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return [raw];
  }
}

/** Whether something of a version is gone or damaged. */
export function isUnreadable(error: unknown): boolean {
  return (
    CairnError.is(error, 'not_found') ||
    CairnError.is(error, 'integrity_mismatch') ||
    CairnError.is(error, 'manifest_invalid')
  );
}
