import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { AnyIterable, ContentDigest } from '@cairn/core';
import { attempt } from './attempt.js';
import type { BlobContext } from './context.js';

/** Nobody edits a blob. Windows would neither replace nor remove a read-only file. */
const blobMode = process.platform === 'win32' ? 0o666 : 0o444;

/** Bytes on their way into the store, in a file with a temporary name. */
export interface StagedFile {
  readonly path: string;
  readonly digest: ContentDigest;
  /** In bytes. */
  readonly size: number;
  /** Makes the bytes durable, and closes the file. */
  seal(): Promise<void>;
}

/**
 * Writes bytes to a new file under a name that nobody else has, lets `use` do something with it, and takes that name away
 * again. A file that could not be made durable is not tried again: what is left of it can't be trusted.
 */
export async function stage<T>(
  chunks: AnyIterable<Uint8Array>,
  { fs, layout, hasher }: BlobContext,
  use: (file: StagedFile) => Promise<T>,
): Promise<T> {
  const path = join(layout.temp, randomBytes(16).toString('hex'));
  // Messages name the folder of the blobs: a temporary name says nothing to anybody.
  const writing = <R>(call: Promise<R>) => attempt('write to', layout.root, call);
  const handle = await writing(fs.open(path, 'wx', blobMode));
  try {
    const hash = hasher.create();
    let size = 0;
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
      for (let at = 0; at < chunk.length; ) {
        at += (await writing(handle.write(chunk, at, chunk.length - at))).bytesWritten;
      }
    }
    const seal = async () => {
      await writing(handle.sync());
      await writing(handle.close());
    };
    return await use({ path, digest: hash.digest(), size, seal });
  } finally {
    await handle.close().catch(() => undefined);
    await fs.unlink(path).catch(() => undefined);
  }
}
