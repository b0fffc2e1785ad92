import { lstatSync, type Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { CairnError, type CallOptions, type Entry, sortByUtf8 } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import { type FolderNames, walkFolderNames } from '../download/folder-names.js';
import { knownDigest } from '../download/reference-memory.js';
import { fileOf } from '../download/root.js';
import type { Selection } from '../download/select.js';
import { strangerFinder } from '../download/strangers.js';
import { breather } from '../util/breathe.js';
import { eachOf } from '../util/each-of.js';
import { fileMatches } from '../util/local-digest.js';
import { maxSmall, smallFileHasher } from '../util/small-files.js';

export interface VerifyFolderOptions extends CallOptions {
  /** Only entries that match one of these globs; all else counts as no entry. Default: all. */
  readonly include?: readonly string[] | undefined;
}

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

type State = 'ok' | 'changed' | 'missing' | 'unverified';

/** How many of the files are read at once that are not small. */
const concurrency = 8;

export async function verifyFolder(
  { batches }: Selection,
  root: string,
  signal: AbortSignal | undefined,
): Promise<VerifyReport> {
  const report = { ok: [], changed: [], missing: [], unverified: [], stranger: [] } as Record<
    keyof VerifyReport,
    string[]
  >;
  const hashSmall = await smallFileHasher();
  const strangersIn = strangerFinder(root);
  const isThere = (await lstat(root).catch(() => undefined)) !== undefined;
  const walk = walkFolderNames();
  const breathe = breather();

  async function noteStrangers(folders: readonly FolderNames[]): Promise<void> {
    for (const folder of isThere ? folders : []) {
      for (const { path } of await strangersIn(folder)) report.stranger.push(path);
    }
  }

  function verifyNow(entry: Entry): State | 'later' {
    const path = fileOf(root, entry.path);
    const stats = look(path);
    if (stats === undefined) return 'missing';
    if (!stats.isFile() || (entry.size ?? stats.size) !== stats.size) return 'changed';
    if (entry.kind === 'reference' || entry.size > maxSmall) return 'later';
    return hashSmall(path, entry) === entry.digest ? 'ok' : 'changed';
  }

  for await (const batch of batches()) {
    const states = batch.map(verifyNow);
    const later = states.flatMap((state, i) => (state === 'later' ? [i] : []));
    await eachOf(later, concurrency, signal, async (i, signal) => {
      const entry = batch[i] as Entry;
      states[i] = await compareBytes(entry, fileOf(root, entry.path), signal);
    });
    for (const [i, { path }] of batch.entries()) {
      report[states[i] as State].push(path);
      const complete = walk.next(path);
      if (complete.length > 0) await noteStrangers(complete);
    }
    await breathe();
  }
  await noteStrangers(walk.end());
  sortByUtf8(report.stranger, (path) => path);
  return report;
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const problem = translateFsError(error, 'read', path);
    if (CairnError.is(problem, 'not_found')) return undefined;
    throw problem;
  }
}

async function compareBytes(entry: Entry, path: string, signal: AbortSignal): Promise<State> {
  const digest = await knownDigest(entry);
  if (digest === undefined) return 'unverified';
  return (await fileMatches(path, digest, signal)) ? 'ok' : 'changed';
}
