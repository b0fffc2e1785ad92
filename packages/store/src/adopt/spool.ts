import { type AnyIterable, CairnError, type CallOptions, untilAborted } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import { type PackPlace, packMode } from '../packs/open-pack.js';
import { closeQuietly } from '../packs/read-only-files.js';
import { writeFully } from '../packs/write-fully.js';

export interface SpoolOptions extends CallOptions {
  readonly maxBytes: number;
}

/** Writes what somebody sends to a new file, durably unless it only passes. @throws CairnError `quota_exceeded`, … */
export async function spool(
  { fs, temp, isPassage }: PackPlace,
  path: string,
  bytes: AnyIterable<Uint8Array>,
  { maxBytes, signal }: SpoolOptions,
): Promise<void> {
  const writing = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw translateFsError(error, 'write to', temp);
    }
  };
  const file = writing(() => fs.openSync(path, 'wx', packMode));
  try {
    let size = 0;
    for await (const chunk of untilAborted(bytes, signal)) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      writing(() => writeFully(fs, file, chunk));
    }
    if (!isPassage) writing(() => fs.fsyncSync(file));
  } finally {
    closeQuietly(fs, file);
  }
}

function tooLarge(maxBytes: number): CairnError {
  return new CairnError('quota_exceeded', `the pack that was sent has more than ${maxBytes} bytes`, {
    hint: 'Send what it holds in several packs.',
  });
}
