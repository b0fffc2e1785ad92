import { basename } from 'node:path';
import { CairnError, loadHasher, type Observation, type ObserveOptions, quote } from '@cairn/core';
import { type FileOptions, nodeFileSystem } from './file-system.js';
import { formatFileUri, parseFileUri } from './file-uri.js';
import { attempt } from './fs-error.js';
import { hashFile } from './hash-file.js';
import { mapInOrder } from './map-in-order.js';
import { stampOf } from './stamp.js';
import { type WalkedFile, walkFolder } from './walk-folder.js';

type Options = ObserveOptions & FileOptions;

/** Files that are hashed at once. */
const concurrency = 8;

/** What is at a `file:` URI or a path; see `StorageHandler.observe`. */
export async function* observeFiles(
  text: string,
  options: Options,
): AsyncGenerator<Observation, void, undefined> {
  const { fs = nodeFileSystem, signal, checksum = true } = options;
  signal?.throwIfAborted();
  const path = parseFileUri(text);
  if (!checksum) {
    const uri = formatFileUri(path);
    yield { kind: 'object', path: entryName(path), uri, digest: `uri:${uri}` };
    return;
  }
  const stats = await attempt('read', path, fs.stat(path));
  if (stats.isDirectory()) {
    const files = await listFiles(path, options);
    yield* mapInOrder(files, concurrency, (file) => observeFile('member', file, options));
  } else {
    const file = { path: entryName(path), absolute: path, stamp: stampOf(stats, path) };
    yield await observeFile('object', file, options);
  }
}

/** All files of a folder, listed before the first is read: reading them would be in vain if there are too many. */
async function listFiles(folder: string, options: Options): Promise<readonly WalkedFile[]> {
  const { fs, signal, maxObjects = Number.POSITIVE_INFINITY } = options;
  const files: WalkedFile[] = [];
  for await (const file of walkFolder(folder, { fs, signal })) {
    if (files.push(file) > maxObjects) {
      throw new CairnError('too_many_objects', `${quote(folder)} has more than ${maxObjects} files`, {
        hint: `Raise { maxObjects } (it is ${maxObjects}), or refer to a smaller folder.`,
      });
    }
  }
  if (files.length > 0) return files;
  throw new CairnError('not_found', `there are no files in the folder ${quote(folder)}`, {
    hint: 'Check the path.',
  });
}

async function observeFile(
  kind: Observation['kind'],
  { path, absolute, stamp }: WalkedFile,
  { fs, signal }: Options,
): Promise<Observation> {
  const digest = await hashFile(absolute, await loadHasher(), { fs, signal, stamp });
  return { kind, path, uri: formatFileUri(absolute), digest, size: stamp.size };
}

/** A file's own name, with what can't be in an entry's path percent-encoded. */
function entryName(path: string): string {
  const name = basename(path);
  if (name === '') throw new CairnError('uri_invalid', `${quote(path)} is no file`);
  return name.replace(/[\\\p{Cc}]|(?<=^[A-Za-z]):/gu, (character) => encodeURIComponent(character));
}
