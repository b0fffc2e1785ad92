import type { BlobStore, ContentDigest, PutResult, Source, TransferOptions } from '@cairn/core';
import { readAll } from '@cairn/core';

/** Puts sources and returns the results in their order. */
export async function putAll(
  blobs: BlobStore,
  sources: Iterable<Source> | AsyncIterable<Source>,
  options: TransferOptions = {},
): Promise<PutResult[]> {
  const results: PutResult[] = [];
  for await (const result of blobs.put(sources, options)) results[result.index] = result;
  return results;
}

export async function readBlob(blobs: BlobStore, digest: ContentDigest): Promise<Buffer> {
  return Buffer.from(await readAll(blobs.open(digest)));
}
