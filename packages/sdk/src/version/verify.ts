import { lstat } from 'node:fs/promises';
import { CairnError, type Entry, type Manifest } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import { knownDigest } from '../download/reference-memory.js';
import { fileOf } from '../download/root.js';
import { expectedOf, listStrangers } from '../download/strangers.js';
import { eachOf } from '../util/each-of.js';
import { fileMatches } from '../util/local-digest.js';

/** How a folder compares with a version. All lists are of paths; each entry is in one of the first four. */
export interface VerifyReport {
  readonly ok: readonly string[];
  /** Other bytes, or no regular file. */
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  /** References whose bytes can be compared with nothing: no digest was recorded, and they were never fetched here. */
  readonly unverified: readonly string[];
  /** Files and folders that are no entries. */
  readonly stranger: readonly string[];
}

/** How many files are read at once. */
const concurrency = 8;

export async function verifyFolder(
  manifest: Manifest,
  root: string,
  signal: AbortSignal | undefined,
): Promise<VerifyReport> {
  const entries: Entry[] = [];
  for await (const entry of manifest.entries({ signal })) entries.push(entry);
  const found = new Map<string, keyof VerifyReport>();
  await eachOf(entries, concurrency, signal, async (entry, signal) => {
    found.set(entry.path, await verifyEntry(entry, fileOf(root, entry.path), signal));
  });
  const stranger: string[] = [];
  const isThere = (await lstat(root).catch(() => undefined)) !== undefined;
  const expected = expectedOf(entries.map(({ path }) => path));
  if (isThere) for await (const { path } of listStrangers(root, expected, signal)) stranger.push(path);
  const those = (state: keyof VerifyReport) =>
    entries.filter(({ path }) => found.get(path) === state).map(({ path }) => path);
  return {
    ok: those('ok'),
    changed: those('changed'),
    missing: those('missing'),
    unverified: those('unverified'),
    stranger,
  };
}

async function verifyEntry(
  entry: Entry,
  path: string,
  signal: AbortSignal,
): Promise<'ok' | 'changed' | 'missing' | 'unverified'> {
  const stats = await lstat(path).catch((error: unknown) => {
    const problem = translateFsError(error, 'read', path);
    if (!CairnError.is(problem, 'not_found')) throw problem;
  });
  if (stats === undefined) return 'missing';
  if (!stats.isFile() || (entry.size ?? stats.size) !== stats.size) return 'changed';
  const digest = await knownDigest(entry);
  if (digest === undefined) return 'unverified';
  return (await fileMatches(path, digest, signal)) ? 'ok' : 'changed';
}
