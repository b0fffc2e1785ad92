import { setImmediate as pause } from 'node:timers/promises';
import type { TransferOptions } from '@cairn/core';
import { type Restored, type Target, unreadable } from '../restore/restore-files.js';
import { batchBytes, type Port } from '../threads/ports.js';
import { type CopyOneContext, copySlowly } from './copy-slowly.js';
import { placeParts } from './place-records.js';

/**
 * Makes a file of a large blob, unless it is right already, a part at a time: so its size costs no memory, and who breaks off
 * waits for a part. What can't be restored from its records is copied slowly.
 */
export async function copyLarge(
  context: CopyOneContext,
  port: Port,
  target: Target,
  options: TransferOptions,
): Promise<Restored> {
  const onDone = countingOnce(options.onBytes);
  const restored =
    (await compare(port, target, options, onDone)) ?? (await restore(context, port, target, options, onDone));
  if (restored.outcome === 'unreadable') await copySlowly(context, target, options, onDone);
  onDone(target.size);
  return restored;
}

type OnDone = (bytes: number) => void;

/** Parts of a file may be gone through more than once: what was told of it is not told again. */
function countingOnce(onBytes: TransferOptions['onBytes']): OnDone {
  let told = 0;
  return (done) => {
    if (done <= told) return;
    onBytes?.(done - told);
    told = done;
  };
}

/** Finds out whether what is there is right already. */
async function compare(
  port: Port,
  target: Target,
  { signal }: TransferOptions,
  onDone: OnDone,
): Promise<Restored | undefined> {
  let mayBeRight = await port.openTarget(target);
  let done = 0;
  while (mayBeRight) {
    await turn(signal);
    const { bytesRead, isEnd, right } = await port.compareTarget();
    if (right !== undefined) return { outcome: 'right', stamp: right };
    done += bytesRead;
    onDone(done);
    mayBeRight = !isEnd;
  }
  return undefined;
}

/** Makes a new one. The next part is looked up while one is written. */
async function restore(
  { reader }: CopyOneContext,
  port: Port,
  { digest }: Target,
  options: TransferOptions,
  onDone: OnDone,
): Promise<Restored> {
  const parts = placeParts(reader, digest, batchBytes, options);
  let done = 0;
  let next = await parts.next();
  while (next.done !== true) {
    await turn(options.signal);
    const { records, isLast } = next.value;
    const [restored, following] = await Promise.all([port.writeTarget(records, isLast), parts.next()]);
    if (restored !== undefined) return restored;
    for (const { length } of records) done += length;
    onDone(done);
    next = following;
  }
  return unreadable;
}

/** Lets all else of this thread go on, of which something may break this off. */
async function turn(signal: AbortSignal | undefined): Promise<void> {
  await pause();
  signal?.throwIfAborted();
}
