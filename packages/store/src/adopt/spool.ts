import { type AnyIterable, CairnError, type CallOptions, untilAborted } from '@cairn/core';
import { translateFsError } from '@cairn/file';
import type { PackPlace } from '../packs/open-pack.js';
import type { NewPackFile } from '../packs/pack-files.js';

export interface SpoolOptions extends CallOptions {
  /** Of what is sent. */
  readonly maxBytes: number;
}

/**
 * Writes what somebody sends to the file of a new pack, durably unless it only passes.
 *
 * @throws CairnError `quota_exceeded`, …
 */
export async function spool(
  { files, temp, isPassage = false }: PackPlace,
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
  const file = writing(() => files.create(path));
  try {
    let size = 0;
    for await (const chunk of untilAborted(bytes, signal)) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      writing(() => file.append(chunk));
    }
    writing(() => file.finish({ isDurable: !isPassage }));
  } finally {
    closeQuietly(file);
  }
}

/** What is in it is read and verified before anybody relies on it. */
function closeQuietly(file: NewPackFile): void {
  try {
    file.close();
  } catch {
    // It is closed all the same.
  }
}

function tooLarge(maxBytes: number): CairnError {
  return new CairnError('quota_exceeded', `the pack that was sent has more than ${maxBytes} bytes`, {
    hint: 'Send what it holds in several packs.',
  });
}
