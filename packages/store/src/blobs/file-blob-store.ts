import { dirname } from 'node:path';
import { type BlobStore, CairnError, type ContentDigest, quote, untilAborted } from '@cairn/core';
import { type FileSystem, syncFolder, translateFsError } from '@cairn/file';
import pLimit from 'p-limit';
import { systemCode } from './attempt.js';
import type { BlobContext } from './context.js';
import { copyBlob } from './copy-blob.js';
import { inParallel } from './in-parallel.js';
import { putBlob } from './put-blob.js';
import { readBlob, readPart } from './read-blob.js';

/** How many blobs are worked on at once, over all calls. Each takes up to two open files. */
const maxAtWork = 12;

/** Blobs as files of a folder, one each. */
export function fileBlobStore(context: BlobContext): BlobStore {
  const { fs, layout, hasher } = context;
  const inTurn = pLimit(maxAtWork);

  /** Makes the names of blobs durable; also of those that were there, which another process may not have come to yet. */
  async function syncFolders(digests: Iterable<ContentDigest>): Promise<void> {
    const folders = new Set<string>();
    for (const digest of digests) folders.add(dirname(layout.fileOf(digest) as string));
    if (folders.size > 0) folders.add(layout.root).add(dirname(layout.root));
    for await (const _ of inParallel(folders, maxAtWork, (folder) =>
      inTurn(() => syncFolder(folder, { fs })),
    ));
  }

  return {
    algorithm: hasher.algorithm,

    async *put(sources, options = {}) {
      if (context.readOnly) throw isReadOnly(layout.root);
      const stored = new Set<ContentDigest>();
      const items = untilAborted(sources, options.signal);
      const results = inParallel(items, maxAtWork, async (source, index) => ({
        index,
        ...(await inTurn(() => putBlob(context, source, options))),
      }));
      for await (const result of results) {
        stored.add(result.digest);
        yield result;
      }
      await syncFolders(stored);
    },

    async has(digests, { signal } = {}) {
      signal?.throwIfAborted();
      const found = new Set<ContentDigest>();
      const isHere = async (digest: ContentDigest) => {
        const path = layout.fileOf(digest);
        if (path !== undefined && (await isFile(fs, path))) found.add(digest);
      };
      for await (const _ of inParallel(digests, maxAtWork, isHere)) signal?.throwIfAborted();
      return found;
    },

    open(digest, { range, signal } = {}) {
      return range === undefined
        ? readBlob(context, digest, { signal })
        : readPart(context, digest, range, { signal });
    },

    async *copyTo(files, options = {}) {
      const items = untilAborted(files, options.signal);
      yield* inParallel(items, maxAtWork, async (request, index) => ({
        index,
        ...(await inTurn(() => copyBlob(context, request, options))),
      }));
    },
  };
}

async function isFile(fs: FileSystem, path: string): Promise<boolean> {
  try {
    return (await fs.lstat(path)).isFile();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw translateFsError(error, 'read', path);
  }
}

function isReadOnly(root: string): CairnError {
  return new CairnError(
    'storage_readonly',
    `can't write to ${quote(root)}: the store was opened to be read`,
    {
      hint: 'Open it without { readOnly }, where it can be written to.',
    },
  );
}
