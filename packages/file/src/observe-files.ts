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
    yield* observeFolder(path, options);
  } else {
    const file = { path: entryName(path), absolute: path, stamp: stampOf(stats, path) };
    yield await observeFile('object', file, options);
  }
}

async function* observeFolder(
  folder: string,
  options: Options,
): AsyncGenerator<Observation, void, undefined> {
  const { maxObjects = Number.POSITIVE_INFINITY } = options;
  const files = await listFiles(folder, options);
  if (files.length === 0) {
    throw new CairnError('not_found', `there are no files in the folder ${quote(folder)}`, {
      hint: 'Check the path.',
    });
  }
  // More than will be taken are yielded to be counted and refused; reading them would be in vain.
  if (files.length > maxObjects) yield* files.map((file) => unread('member', file));
  else yield* mapInOrder(files, concurrency, (file) => observeFile('member', file, options));
}

/** The files of a folder, but no more than one beyond `maxObjects`. */
async function listFiles(folder: string, options: Options): Promise<readonly WalkedFile[]> {
  const { fs, signal, maxObjects = Number.POSITIVE_INFINITY } = options;
  const files: WalkedFile[] = [];
  for await (const file of walkFolder(folder, { fs, signal })) {
    if (files.push(file) > maxObjects) break;
  }
  return files;
}

async function observeFile(
  kind: Observation['kind'],
  file: WalkedFile,
  { fs, signal }: Options,
): Promise<Observation> {
  const { absolute, stamp } = file;
  const digest = await hashFile(absolute, await loadHasher(), { fs, signal, stamp });
  return { ...unread(kind, file), digest };
}

function unread(kind: Observation['kind'], { path, absolute, stamp }: WalkedFile): Observation {
  const uri = formatFileUri(absolute);
  return { kind, path, uri, digest: `uri:${uri}`, size: stamp.size };
}

/** A file's own name, with what can't be in an entry's path percent-encoded. */
function entryName(path: string): string {
  const name = basename(path);
  if (name === '') throw new CairnError('uri_invalid', `${quote(path)} is no file`);
  return name.replace(/[\\\p{Cc}]|(?<=^[A-Za-z]):/gu, (character) => encodeURIComponent(character));
}
