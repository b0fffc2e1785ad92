import { type ByteRange, CairnError, type CallOptions, type ContentDigest } from '@cairn/core';
import { readFileChunks } from '@cairn/file';
import { systemCode } from './attempt.js';
import type { BlobContext } from './context.js';

/** All bytes of a blob. Who comes to the end had the right ones, for it fails there with `integrity_mismatch` otherwise. */
export async function* readBlob(
  { fs, layout, hasher }: BlobContext,
  digest: ContentDigest,
  { signal }: CallOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const path = layout.fileOf(digest);
  if (path === undefined) throw missing(digest);
  const hash = hasher.create();
  try {
    for await (const chunk of readFileChunks(path, { fs, signal, noFollow: true })) {
      // Before the chunk is handed out, for it may be changed then.
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    if (CairnError.is(error, 'not_found')) throw missing(digest);
    // Not a file, but a link or a folder.
    if (CairnError.is(error, 'path_invalid')) throw damaged(digest, error);
    throw error;
  }
  if (hash.digest() !== digest) throw damaged(digest);
}

/** A part of a blob. The whole of it is checked before. */
export async function* readPart(
  context: BlobContext,
  digest: ContentDigest,
  range: ByteRange,
  options: CallOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const _ of readBlob(context, digest, options));
  const path = context.layout.fileOf(digest);
  if (path === undefined) throw missing(digest);
  yield* readFileChunks(path, { fs: context.fs, signal: options.signal, range, noFollow: true });
}

/** Whether a blob is there and has the right bytes. */
export async function isIntact(
  context: BlobContext,
  digest: ContentDigest,
  options: CallOptions = {},
): Promise<boolean> {
  try {
    for await (const _ of readBlob(context, digest, options));
    return true;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

function isDamage(error: unknown): boolean {
  if (!CairnError.is(error)) return false;
  return (
    error.code === 'not_found' ||
    error.code === 'integrity_mismatch' ||
    // The device can't read it any more.
    systemCode(error.cause) === 'EIO'
  );
}

export function missing(digest: ContentDigest): CairnError {
  return new CairnError('not_found', `the store has no blob ${digest}`, {
    hint: 'Log the artifact again from where its files are.',
  });
}

function damaged(digest: ContentDigest, cause?: unknown): CairnError {
  return new CairnError('integrity_mismatch', `the blob ${digest} is damaged`, {
    hint: 'Log its file again: that repairs it.',
    ...(cause === undefined ? {} : { cause }),
  });
}
