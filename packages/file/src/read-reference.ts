import {
  algorithmOf,
  CairnError,
  digestKind,
  type Hasher,
  isContentDigest,
  loadHasher,
  type OpenOptions,
  quote,
  type ReferenceEntry,
  type ReferenceState,
} from '@cairn/core';
import { allowedPath } from './allowed-path.js';
import { type FileOptions, nodeFileSystem } from './file-system.js';
import { parseFileUri } from './file-uri.js';
import { attempt } from './fs-error.js';
import { hashFile } from './hash-file.js';
import { type ReadFileOptions, readFileChunks } from './read-file.js';
import { stampOf } from './stamp.js';

type Options = OpenOptions & FileOptions & { readonly allow: readonly string[] };

/** The bytes that were recorded, or an error; see `StorageHandler.open`. */
export async function* readReference(
  reference: ReferenceEntry,
  options: Options,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { range } = options;
  try {
    const { path, hasher, ...read } = await inspect(reference, options);
    if (hasher === undefined) {
      yield* readFileChunks(path, { ...read, range });
    } else if (range !== undefined) {
      checkDigest(reference, await hashFile(path, hasher, read));
      yield* readFileChunks(path, { ...read, range });
    } else {
      yield* readVerified(reference, path, hasher, read);
    }
  } catch (error) {
    throw CairnError.is(error, 'source_changed') ? changedMeanwhile(reference, error) : error;
  }
}

/** Whether the file still is the one recorded; see `StorageHandler.verify`. */
export async function verifyReference(reference: ReferenceEntry, options: Options): Promise<ReferenceState> {
  try {
    const { path, hasher, ...read } = await inspect(reference, options);
    if (hasher === undefined) return 'unverifiable';
    return (await hashFile(path, hasher, read)) === reference.digest ? 'match' : 'changed';
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return 'missing';
    if (CairnError.is(error, 'reference_changed') || CairnError.is(error, 'source_changed')) return 'changed';
    throw error;
  }
}

interface Inspected extends Pick<ReadFileOptions, 'fs' | 'signal' | 'stamp' | 'noFollow'> {
  readonly path: string;
  /** What recomputes the recorded digest; absent when none was recorded. */
  readonly hasher: Hasher | undefined;
}

/** Finds the file of a reference, if it may be read and has the size that was recorded. */
async function inspect(reference: ReferenceEntry, options: Options): Promise<Inspected> {
  const { fs = nodeFileSystem, signal, foreign = false, allow } = options;
  signal?.throwIfAborted();
  const named = parseFileUri(reference.uri);
  const path = foreign ? await allowedPath(fs, named, allow) : named;
  const hasher = await hasherOf(reference);
  const stats = await attempt('read', path, fs.stat(path));
  if (stats.isDirectory()) throw changed(reference, 'it was a file', 'it is a folder');
  const stamp = stampOf(stats, path);
  if (reference.size !== undefined && reference.size !== stamp.size) {
    throw changed(reference, `it had ${reference.size} bytes`, `it has ${stamp.size}`);
  }
  return { path, hasher, fs, signal, stamp, noFollow: foreign };
}

async function hasherOf({ uri, digest }: ReferenceEntry): Promise<Hasher | undefined> {
  if (isContentDigest(digest)) return loadHasher(algorithmOf(digest));
  if (digestKind(digest) === 'unverified') return undefined;
  throw new CairnError(
    'unsupported_format',
    `${quote(uri)} has the digest ${quote(digest)}, which files don't have`,
    {
      hint: 'Record the reference again.',
    },
  );
}

/** All bytes of a file, of which the last chunk only comes once all of them have turned out to be right. */
async function* readVerified(
  reference: ReferenceEntry,
  path: string,
  hasher: Hasher,
  options: ReadFileOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = hasher.create();
  let last: Uint8Array | undefined;
  for await (const chunk of readFileChunks(path, options)) {
    hash.update(chunk);
    if (last !== undefined) yield last;
    last = chunk;
  }
  checkDigest(reference, hash.digest());
  if (last !== undefined) yield last;
}

function checkDigest(reference: ReferenceEntry, found: string): void {
  if (found !== reference.digest) throw changed(reference, `it was ${reference.digest}`, `it is ${found}`);
}

function changed({ uri }: ReferenceEntry, before: string, now: string, cause?: unknown): CairnError {
  return new CairnError(
    'reference_changed',
    `${quote(uri)} is not what was recorded: ${before}, and now ${now}`,
    {
      hint: 'Put the recorded file back, or record the reference again as a new version.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

function changedMeanwhile(reference: ReferenceEntry, cause: CairnError): CairnError {
  return changed(reference, `it was ${reference.digest}`, 'something writes to it', cause);
}
