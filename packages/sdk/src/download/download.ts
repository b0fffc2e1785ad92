import { dirname } from 'node:path/posix';
import { batched, batchesOf, type FileToLoad, type ReferenceEntry } from '@cairn/core';
import { folderMaker, removeLeftovers } from '@cairn/file';
import { Progress } from '../progress.js';
import { breather } from '../util/breathe.js';
import type { Contents } from '../version/contents.js';
import type { Version } from '../version.js';
import { checkCollisions } from './check-collisions.js';
import { downloadReferences } from './download-references.js';
import type { DownloadOptions } from './options.js';
import { fileOf, rootOf } from './root.js';
import { held, type Selection, select } from './select.js';
import { refuseStoreInside } from './store-inside.js';
import { removeStrangers } from './strangers.js';
import { survey } from './survey.js';

/**
 * Makes files of entries; see `Version.download`. They are gone through anew for each step, the first of which checks all
 * of them: there may be too many to hold.
 */
export async function download(
  version: Version<object>,
  contents: Contents,
  options: DownloadOptions,
): Promise<string> {
  if (typeof options === 'string') throw new TypeError('write download({ root }): the folder is an option');
  const { root: given, exact = false, allowGit = false, signal, onProgress } = options;
  const progress = new Progress(onProgress, signal);
  try {
    const root = rootOf(version, given);
    progress.enter('scan');
    const selection = held(await select(contents.manifest, options, `${version}`));
    const found = await survey(selection.batches(), { allowGit });
    const makeFolder = folderMaker(root, { signal, replace: exact });
    await makeFolder('');
    if (found.hasLookalikes) await checkCollisions(root, selection.batches(), { signal });
    if (exact && selection.folder !== undefined) {
      await refuseStoreInside(root, contents.store);
      await makeFolder(selection.folder);
      await removeStrangers(root, selection.batches(), signal, selection.folder);
    }
    const newFolders = new Set<string>();
    const breathe = breather();
    for (const folder of found.folders) {
      if ((await makeFolder(folder)).isNew) newFolders.add(folder);
      await breathe();
    }
    progress.enter('download');
    progress.expect(found.size, found.entryCount);
    if (found.entryCount > found.referenceCount) {
      await loadFiles(contents, selection, { root, newFolders, progress, signal });
    }
    if (found.referenceCount > 0) {
      await downloadReferences(contents.policy, referencesOf(selection), root, progress, signal);
    }
    progress.succeed();
    return root;
  } finally {
    progress.stop();
  }
}

interface LoadOptions {
  readonly root: string;
  /** Those that were made for this download, by their paths below the root. */
  readonly newFolders: ReadonlySet<string>;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

async function loadFiles(
  { policy }: Contents,
  { batches }: Selection,
  { root, newFolders, progress, signal }: LoadOptions,
): Promise<void> {
  async function* requests(): AsyncGenerator<readonly FileToLoad[], void, undefined> {
    for await (const batch of batches()) {
      const files = batch.filter((entry) => entry.kind === 'file');
      for (const { path, size } of files) progress.fileBegun(path, size);
      yield files.map((entry) => {
        const isFolderNew = newFolders.has(dirname(entry.path));
        return { entry, to: fileOf(root, entry.path), isFolderNew };
      });
    }
  }
  const loaded = policy.loadFiles(batched(requests), { signal, onBytes: progress.onBytes });
  const changed = new Set<string>();
  for await (const batch of batchesOf(loaded)) {
    for (const { entry, written } of batch) {
      progress.fileDone(entry.path, entry.size, !written);
      if (written) changed.add(dirname(entry.path));
    }
  }
  // A download that was killed lacks what it was making: what it left is beside a file that was written now, or beside its folder.
  const breathe = breather();
  for (const folder of [...changed]) if (folder !== '.') changed.add(dirname(folder));
  for (const folder of changed) {
    removeLeftovers(folder === '.' ? root : fileOf(root, folder));
    await breathe();
  }
}

async function* referencesOf({ batches }: Selection): AsyncGenerator<ReferenceEntry, void, undefined> {
  for await (const batch of batches()) {
    for (const entry of batch) if (entry.kind === 'reference') yield entry;
  }
}
