import { lstat } from 'node:fs/promises';
import { CairnError, quote, type ReferenceEntry, type StoragePolicy } from '@cairn/core';
import { publishFile } from '@cairn/file';
import type { Progress } from '../progress.js';
import { eachOf } from '../util/each-of.js';
import { checkFor, fileMatches } from '../util/local-digest.js';
import { fileOf } from './root.js';

/** How many references are fetched at once. */
const concurrency = 8;

/** Fetches references through their handlers. A file that is known to be right is left alone. */
export function downloadReferences(
  policy: StoragePolicy,
  entries: readonly ReferenceEntry[],
  root: string,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<void> {
  return eachOf(entries, concurrency, signal, async (entry, signal) => {
    const path = fileOf(root, entry.path);
    if (await isThere(path, entry, signal)) {
      progress.fileDone(entry.path, entry.size ?? 0, true);
      return;
    }
    const bytes = count(verified(policy, entry, signal), progress);
    const { size } = await publishFile(path, bytes, { signal });
    progress.fileDone(entry.path, size, false);
  });
}

async function isThere(
  path: string,
  { digest, size }: ReferenceEntry,
  signal: AbortSignal,
): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats?.isFile() || (size !== undefined && stats.size !== size)) return false;
  return (await fileMatches(path, digest, signal)) === true;
}

/** The bytes of a reference; throws at the end when they are not those of the entry. */
async function* verified(
  policy: StoragePolicy,
  entry: ReferenceEntry,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const check = await checkFor(entry.digest);
  signal.throwIfAborted();
  let size = 0;
  for await (const chunk of policy.loadReference(entry, { signal })) {
    check?.update(chunk);
    size += chunk.length;
    yield chunk;
  }
  const found = check?.digest() ?? entry.digest;
  if (found === entry.digest && size === (entry.size ?? size)) return;
  const [is, was] = found === entry.digest ? [`${size} bytes`, `${entry.size} bytes`] : [found, entry.digest];
  throw new CairnError('integrity_mismatch', `${quote(entry.uri)} gave ${is} instead of ${was}`, {
    hint: 'Nothing was written. Repeat the call; if it stays so, the source is damaged or was replaced.',
  });
}

async function* count(chunks: AsyncIterable<Uint8Array>, progress: Progress): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    progress.onBytes(chunk.length);
    yield chunk;
  }
}
