import {
  type BlobStore,
  CairnError,
  type CallOptions,
  type CommitResult,
  type ContentDigest,
  openManifest,
  type WrittenManifest,
} from '@cairn/core';

/** How often garbage collection may come between, in one call. */
const maxTries = 25;
/** How many digests are asked for at once. */
const batchCount = 10_000;

/** What was stored: a manifest, and all that it names. */
export interface ManifestStored {
  readonly manifest: Pick<WrittenManifest, 'blob' | 'digest'>;
}

export interface StoreAndCommit<T extends ManifestStored> extends CallOptions {
  readonly blobs: BlobStore;
  /** @param isAgain Whether it was called before. */
  store(isAgain: boolean): Promise<T>;
  commit(contents: T, basis: string): Promise<CommitResult>;
}

/**
 * Stores contents and makes them a version. If garbage collection comes between, what it took is stored again: the commit
 * that succeeds has all its blobs.
 */
export async function storeAndCommit<T extends ManifestStored>({
  blobs,
  store,
  commit,
  signal,
}: StoreAndCommit<T>): Promise<T & CommitResult> {
  let contents: T | undefined;
  for (let tries = 1; ; tries++) {
    const basis = await blobs.basis({ signal });
    try {
      if (contents === undefined) contents = await store(tries > 1);
      else if (!(await isWhole(contents.manifest, blobs, { signal }))) contents = await store(true);
      return { ...contents, ...(await commit(contents, basis)) };
    } catch (error) {
      const isOutdated = CairnError.is(error, 'conflict') && error.isRetryable;
      if (!isOutdated || tries === maxTries) throw error;
    }
  }
}

/** Whether all blobs of a manifest, and of its entries, are in the store. */
async function isWhole(
  { blob, digest }: ManifestStored['manifest'],
  blobs: BlobStore,
  options: CallOptions,
): Promise<boolean> {
  const isThere = async (digests: readonly ContentDigest[]) => {
    const unique = [...new Set(digests)];
    return (await blobs.has(unique, options)).size === unique.length;
  };
  try {
    const manifest = await openManifest(blobs, blob, { expected: digest, ...options });
    const parts = manifest.leaves.flatMap((leaf) =>
      leaf.extras === undefined ? [leaf.digest] : [leaf.digest, leaf.extras],
    );
    if (!(await isThere([blob, ...parts]))) return false;
    let waiting: ContentDigest[] = [];
    for await (const entries of manifest.batches(options)) {
      for (const entry of entries) if (entry.kind === 'file') waiting.push(entry.digest);
      if (waiting.length < batchCount) continue;
      if (!(await isThere(waiting))) return false;
      waiting = [];
    }
    return await isThere(waiting);
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return false;
    throw error;
  }
}
