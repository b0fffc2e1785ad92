import { lstat } from 'node:fs/promises';
import {
  type AnyIterable,
  CairnError,
  digestKind,
  loadHasher,
  quote,
  type ReferenceEntry,
  type StoragePolicy,
} from '@cairn/core';
import { publishFile } from '@cairn/file';
import type { Progress } from '../progress.js';
import { eachOf } from '../util/each-of.js';
import { fileMatches, recompute } from '../util/local-digest.js';
import { knownDigest, remember } from './reference-memory.js';
import { fileOf } from './root.js';

/** How many references are fetched at once. */
const concurrency = 8;

/** Fetches references through their handlers. A file that is known to be right is left alone. */
export function downloadReferences(
  policy: StoragePolicy,
  entries: AnyIterable<ReferenceEntry>,
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
    progress.fileBegun(entry.path, entry.size ?? 0);
    const { size } = await publishFile(path, fetch(policy, entry, progress, signal), { signal });
    progress.fileDone(entry.path, size, false);
  });
}

async function isThere(path: string, entry: ReferenceEntry, signal: AbortSignal): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats?.isFile() || (entry.size ?? stats.size) !== stats.size) return false;
  const digest = await knownDigest(entry);
  return digest !== undefined && (await fileMatches(path, digest, signal)) === true;
}

/** The bytes of a reference; throws at the end when they are not those of the entry. */
async function* fetch(
  policy: StoragePolicy,
  entry: ReferenceEntry,
  progress: Progress,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const check = await recompute(entry.digest);
  const hash =
    check ?? (digestKind(entry.digest) === 'unverified' ? undefined : (await loadHasher()).create());
  let size = 0;
  signal.throwIfAborted();
  for await (const chunk of policy.loadReference(entry, { signal })) {
    hash?.update(chunk);
    size += chunk.length;
    progress.onBytes(chunk.length);
    yield chunk;
  }
  if (size !== (entry.size ?? size)) throw mismatch(entry, `${size} bytes`, `${entry.size}`);
  const digest = hash?.digest();
  if (check !== undefined && digest !== entry.digest) throw mismatch(entry, `${digest}`, entry.digest);
  if (check === undefined && digest !== undefined) await remember(entry, digest);
}

function mismatch({ uri }: ReferenceEntry, found: string, expected: string): CairnError {
  return new CairnError('integrity_mismatch', `${quote(uri)} gave ${found} instead of ${expected}`, {
    hint: 'Nothing was written. Repeat the call; if it stays so, the source is damaged or was replaced.',
  });
}
