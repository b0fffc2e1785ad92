import { CairnError, type CopyRequest, type CopyResult, type TransferOptions } from '@cairn/core';
import { publishFile, readFileChunks } from '@cairn/file';
import type { BlobContext } from './context.js';
import { readBlob } from './read-blob.js';

/**
 * Makes a file of a blob, unless it is there with these bytes already. It is a copy, never a link, and not synced: what a
 * power cut takes of it is fetched again by the next call.
 */
export async function copyBlob(
  context: BlobContext,
  { digest, path }: CopyRequest,
  { signal, onBytes }: TransferOptions,
): Promise<Omit<CopyResult, 'index'>> {
  const right = await sizeIfRight(context, { digest, path }, signal);
  if (right !== undefined) {
    onBytes?.(right);
    return { size: right, written: false };
  }
  async function* chunks() {
    for await (const chunk of readBlob(context, digest, { signal })) {
      onBytes?.(chunk.length);
      yield chunk;
    }
  }
  const { size } = await publishFile(path, chunks(), { fs: context.fs, signal });
  return { size, written: true };
}

/** The size of a file, in bytes, if it is no link and has exactly the bytes of a blob; else `undefined`. */
async function sizeIfRight(
  { fs, layout, hasher }: BlobContext,
  { digest, path }: CopyRequest,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const blob = layout.fileOf(digest);
  const [there, stored] = await Promise.all(
    [path, blob ?? path].map((file) => fs.lstat(file).catch(() => undefined)),
  );
  if (!there?.isFile() || there.size !== stored?.size) return undefined;
  const hash = hasher.create();
  try {
    for await (const chunk of readFileChunks(path, { fs, signal, noFollow: true })) hash.update(chunk);
  } catch (error) {
    if (CairnError.is(error)) return undefined; // it can't be read, but perhaps replaced
    throw error;
  }
  return hash.digest() === digest ? there.size : undefined;
}
