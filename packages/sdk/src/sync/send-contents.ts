import {
  type BlobStore,
  CairnError,
  type ContentDigest,
  openManifest,
  quote,
  type Source,
  type TransferOptions,
  type VersionRecord,
} from '@cairn/core';

/** How many blobs are asked for at once. */
const batchCount = 10_000;

/**
 * Puts the blobs of a version where they are missing: its files, and its manifest as it is, so that the digest of the version
 * stays what it was.
 *
 * @throws CairnError `conflict` when the two identify bytes differently; as `openManifest`, `BlobStore.open` and `put`.
 */
export async function sendContents(
  { digest, manifest: blob }: VersionRecord,
  from: BlobStore,
  to: BlobStore,
  { signal, onBytes }: TransferOptions,
): Promise<void> {
  if (from.algorithm !== to.algorithm) {
    throw new CairnError(
      'conflict',
      `one store has ${quote(from.algorithm)} digests, the other ${quote(to.algorithm)}`,
      { hint: 'Make the other store anew with { algorithm }, or log the files there.' },
    );
  }
  async function* needed(): AsyncGenerator<ContentDigest[], void, undefined> {
    const manifest = await openManifest(from, blob, { expected: digest, signal });
    for await (const entries of manifest.batches({ signal })) {
      yield entries.flatMap((entry) => (entry.kind === 'file' ? [entry.digest] : []));
    }
    yield manifest.leaves.flatMap((leaf) =>
      leaf.extras === undefined ? [leaf.digest] : [leaf.digest, leaf.extras],
    );
    yield [blob];
  }
  async function* missing(): AsyncGenerator<Source, void, undefined> {
    for await (const digests of inBatches(needed())) {
      const there = await to.has(digests, { signal });
      for (const each of digests) {
        if (!there.has(each)) yield { kind: 'stream', open: () => from.open(each, { signal }) };
      }
    }
  }
  for await (const _ of to.put(missing(), { signal, onBytes }));
}

/** Many at once, each once in its batch. */
async function* inBatches(
  lists: AsyncIterable<readonly ContentDigest[]>,
): AsyncGenerator<ContentDigest[], void, undefined> {
  let batch = new Set<ContentDigest>();
  for await (const list of lists) {
    for (const digest of list) batch.add(digest);
    if (batch.size < batchCount) continue;
    yield [...batch];
    batch = new Set();
  }
  yield [...batch];
}
