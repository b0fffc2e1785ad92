import { type CommitRequest, type ContentDigest, loadHasher } from '@cairn/core';

export const bikes = { entity: 'local', project: 'bench', name: 'bikes' };

/** Asks for a version whose contents are told apart by a text. */
export async function commitRequest(
  content: string,
  aliases: readonly string[] = [],
): Promise<CommitRequest> {
  const digest: ContentDigest = (await loadHasher()).hash(new TextEncoder().encode(content));
  return {
    ...bikes,
    type: 'dataset',
    digest,
    manifest: digest,
    entryCount: 1000,
    size: 1_000_000,
    metadata: { accuracy: 0.5, epochs: 10 },
    aliases,
    tags: [],
  };
}
