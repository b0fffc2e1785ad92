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
import { bulkSources } from '../util/bulk-sources.js';

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
  async function* needed(): AsyncGenerator<NeededBlob[], void, undefined> {
    const manifest = await openManifest(from, blob, { expected: digest, signal });
    for await (const entries of manifest.batches({ signal })) {
      yield entries.flatMap((entry) =>
        entry.kind === 'file' ? [{ digest: entry.digest, size: entry.size }] : [],
      );
    }
    yield manifest.leaves.flatMap(({ digest, extras }) =>
      extras === undefined ? [{ digest }] : [{ digest }, { digest: extras }],
    );
    yield [{ digest: blob }];
  }
  async function* missing(): AsyncGenerator<NeededBlob, void, undefined> {
    for await (const batch of inBatches(needed())) {
      const there = await to.has([...batch.keys()], { signal });
      for (const [digest, needed] of batch) if (!there.has(digest)) yield needed;
    }
  }
  async function* sources(): AsyncGenerator<Source, void, undefined> {
    const reading = {
      inBulk: from.isRemote === true,
      sizeOf: ({ size }: NeededBlob) => size,
      open: ({ digest }: NeededBlob) => from.open(digest, { signal }),
      copyTo: (files: readonly { readonly item: NeededBlob; readonly to: string }[]) =>
        from.copyTo(
          files.map(({ item, to }) => ({ digest: item.digest, path: to })),
          { signal },
        ),
    };
    for await (const { source } of bulkSources(missing(), reading)) yield source;
  }
  for await (const _ of to.put(sources(), { signal, onBytes }));
}

interface NeededBlob {
  readonly digest: ContentDigest;
  /** In bytes, where it is known. */
  readonly size?: number;
}

/** Many at once, each once in its batch. */
async function* inBatches(
  lists: AsyncIterable<readonly NeededBlob[]>,
): AsyncGenerator<ReadonlyMap<ContentDigest, NeededBlob>, void, undefined> {
  let batch = new Map<ContentDigest, NeededBlob>();
  for await (const list of lists) {
    for (const needed of list) batch.set(needed.digest, needed);
    if (batch.size < batchCount) continue;
    yield batch;
    batch = new Map();
  }
  yield batch;
}
