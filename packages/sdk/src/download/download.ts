import type { Entry, FileEntry, Manifest, ReferenceEntry } from '@cairn/core';
import { folderMaker } from '@cairn/file';
import { Progress } from '../progress.js';
import { eachOf } from '../util/each-of.js';
import type { Contents } from '../version/contents.js';
import { noEntry } from '../version/find-entry.js';
import type { Version } from '../version.js';
import { checkCollisions } from './check-collisions.js';
import { checkNames } from './check-names.js';
import { downloadReferences } from './download-references.js';
import type { DownloadOptions } from './options.js';
import { fileOf, rootOf } from './root.js';
import { refuseStoreInside } from './store-inside.js';
import { expectedOf, removeStrangers } from './strangers.js';

/** Makes files of entries; see `Version.download`. */
export async function download(
  version: Version<object>,
  contents: Contents,
  { root: given, path, exact = false, allowGit = false, signal, onProgress }: DownloadOptions,
): Promise<string> {
  const progress = new Progress(onProgress, signal);
  try {
    const root = rootOf(version, given);
    progress.enter('scan');
    const { entries, folder } = await select(contents.manifest, path, `${version}`, signal);
    const paths = entries.map((entry) => entry.path);
    checkNames(paths, { allowGit });
    const makeFolder = folderMaker(root, { signal, replace: exact });
    await makeFolder('');
    await checkCollisions(root, paths, { signal });
    if (exact && folder !== undefined) {
      await refuseStoreInside(root, contents.store);
      await makeFolder(folder);
      await removeStrangers(root, expectedOf(paths), signal, folder);
    }
    await eachOf(new Set(paths.map(folderOf)), 16, signal, async (folder) => void (await makeFolder(folder)));
    await load(contents, entries, root, progress, signal);
    progress.succeed();
    return root;
  } finally {
    progress.stop();
  }
}

/** The entries that are asked for, and the folder that they fill, if they fill one. */
async function select(
  manifest: Manifest,
  path: string | undefined,
  address: string,
  signal: AbortSignal | undefined,
): Promise<{ entries: Entry[]; folder: string | undefined }> {
  const entries: Entry[] = [];
  const folder = path?.replace(/\/$/, '') ?? '';
  const prefix = folder === '' ? '' : `${folder}/`;
  for await (const entry of manifest.entries({ prefix, signal })) entries.push(entry);
  if (entries.length > 0 || path === undefined) return { entries, folder };
  const entry = await manifest.get(path, { signal });
  if (entry !== undefined) return { entries: [entry], folder: undefined };
  throw await noEntry(manifest, path, address, signal);
}

async function load(
  { policy }: Contents,
  entries: readonly Entry[],
  root: string,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const files = entries.filter((entry): entry is FileEntry => entry.kind === 'file');
  const references = entries.filter((entry): entry is ReferenceEntry => entry.kind === 'reference');
  progress.enter('download');
  progress.expect(totalSize(entries), entries.length);
  function* requests() {
    for (const entry of files) yield { entry, to: fileOf(root, entry.path) };
  }
  for await (const { entry, written } of policy.loadFiles(requests(), {
    signal,
    onBytes: progress.onBytes,
  })) {
    progress.fileDone(entry.path, entry.size, !written);
  }
  await downloadReferences(policy, references, root, progress, signal);
}

/** `undefined` where a source didn't tell. */
function totalSize(entries: readonly Entry[]): number | undefined {
  let total = 0;
  for (const { size } of entries) {
    if (size === undefined) return undefined;
    total += size;
  }
  return total;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
