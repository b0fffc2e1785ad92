import { randomBytes } from 'node:crypto';
import { type BlobStore, type ContentDigest, readAll } from '@cairn/core';
import type { Wrong } from './check.js';

/** Stores a few bytes, and reads them and a part of them back. Nothing needs them, so the next gc removes them. */
export async function tryStorage(blobs: BlobStore, signal: AbortSignal): Promise<string | Wrong> {
  const bytes = randomBytes(4096);
  let digest: ContentDigest | undefined;
  for await (const put of blobs.put([{ kind: 'bytes', bytes }], { signal })) digest = put.digest;
  if (digest === undefined) return { found: 'what was stored has no digest', fix: 'Look after the disk.' };
  const all = await readAll(blobs.open(digest, { signal }));
  const part = await readAll(blobs.open(digest, { range: { start: 1000, end: 1100 }, signal }));
  if (bytes.equals(all) && bytes.subarray(1000, 1100).equals(part)) return 'stored, read and read in part';
  return {
    found: 'what was read is not what was stored',
    fix: 'Look after the disk, and what is between here and the server.',
  };
}
