import type { CallOptions } from '@cairn/core';
import { type FileSystem, publishFile } from '@cairn/file';
import type { PackReader } from '../packs/pack-reader.js';
import type { Target } from '../restore/restore-files.js';
import { type ReadContext, readBlob } from './read-blob.js';

export interface CopyOneContext extends ReadContext {
  readonly reader: PackReader;
  readonly fs: FileSystem;
}

/**
 * Makes a file by way of what says why a blob can't be read, and follows it to where it was moved.
 *
 * @param onDone Called with how much of the file is done, in bytes.
 */
export async function copySlowly(
  context: CopyOneContext,
  { path, digest }: Target,
  { signal }: CallOptions,
  onDone?: (bytes: number) => void,
): Promise<void> {
  async function* chunks() {
    let done = 0;
    for await (const chunk of readBlob(context, digest, { signal })) {
      yield chunk;
      done += chunk.length;
      onDone?.(done);
    }
  }
  await publishFile(path, chunks(), { fs: context.fs, signal });
}
