import { constants } from 'node:fs';
import { type ByteRange, CairnError, type FileStamp, quote } from '@cairn/core';
import { type FileOptions, nodeFileSystem } from './file-system.js';
import { attempt } from './fs-error.js';
import { sameStamp, stampOf } from './stamp.js';

export interface ReadFileOptions extends FileOptions {
  readonly range?: ByteRange | undefined;
  /** What the file must look like, before the first byte and after the last. Default: whatever it looks like. */
  readonly stamp?: FileStamp | undefined;
  /** Whether to refuse a symbolic link at the path itself. Default: `false`. */
  readonly noFollow?: boolean | undefined;
}

const chunkBytes = 256 * 1024;

/**
 * The bytes of a regular file in chunks of at most 256 KiB, each in memory of its own. Holds one open file, which is
 * closed at the end and on breaking off. A range that starts at or after the end yields nothing.
 *
 * @throws CairnError `source_changed` when the file doesn't look like its stamp, or becomes shorter meanwhile; `path_invalid` when it is no regular
 * file, or is a link and `noFollow`; `not_found`, `forbidden`, `unavailable`.
 */
export async function* readFileChunks(
  path: string,
  options: ReadFileOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { fs = nodeFileSystem, signal, range, stamp, noFollow = false } = options;
  signal?.throwIfAborted();
  // O_NONBLOCK: a FIFO that took the file's place would block the open until somebody writes to it.
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const flags = O_RDONLY | O_NONBLOCK | (noFollow ? O_NOFOLLOW : 0);
  const file = await attempt('read', path, fs.open(path, flags));
  try {
    const found = stampOf(await attempt('read', path, file.stat()), path);
    if (stamp !== undefined) checkStamp(path, stamp, found);
    const end = range?.end ?? Number.POSITIVE_INFINITY;
    let position = range?.start ?? 0;
    while (position < end) {
      signal?.throwIfAborted();
      // One byte more than is expected, so that one read both fetches the rest and finds the end.
      const length = Math.min(chunkBytes, end - position, Math.max(found.size - position, 0) + 1);
      const buffer = Buffer.allocUnsafeSlow(length);
      const { bytesRead } = await attempt('read', path, file.read(buffer, 0, length, position));
      if (bytesRead === 0) break;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
      if (bytesRead < length && position >= found.size) break;
    }
    if (position < Math.min(end, found.size)) throw sourceChanged(path);
    if (stamp !== undefined) checkStamp(path, stamp, stampOf(await attempt('read', path, file.stat()), path));
  } finally {
    await file.close().catch(() => undefined);
  }
}

function checkStamp(path: string, expected: FileStamp, found: FileStamp): void {
  if (!sameStamp(expected, found)) throw sourceChanged(path);
}

function sourceChanged(path: string): CairnError {
  return new CairnError('source_changed', `${quote(path)} has changed since it was looked at`, {
    hint: 'Add it again once nothing writes to it, or with { copy: true }.',
  });
}
