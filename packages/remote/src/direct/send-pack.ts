import { CairnError, type CallOptions } from '@cairn/core';
import type { PackBody, ProjectWire } from '../blobs/project-wire.js';
import { createRetry } from '../http/retry.js';
import type { PlannedRequest } from '../protocol/index.js';
import type { BucketLine } from './bucket-line.js';
import { canRepeat, DirectFailure } from './direct-failure.js';

export interface SendContext {
  readonly wire: ProjectWire;
  readonly line: BucketLine;
}

/** How often the bucket is tried, before a pack goes through the server. */
const attempts = 3;

/** Sends a pack: to the bucket, where that can be, and to the server else. Done when it is durable. */
export async function sendPack(context: SendContext, pack: PackBody, options: CallOptions): Promise<void> {
  if (!(await sendDirectly(context, pack, options))) await context.wire.addPack(pack, options);
}

/** Whether the server has the pack by way of the bucket. */
async function sendDirectly(
  { wire, line }: SendContext,
  pack: PackBody,
  options: CallOptions,
): Promise<boolean> {
  if (!(await line.isFor('uploads', pack.size, options))) return false;
  let isThere = false;
  try {
    const { place } = await wire.planPack(pack.size, options);
    if (place === undefined) return false;
    await write({ wire, line }, place, pack, options);
    isThere = true;
    await wire.addPlannedPack(place.token, options);
    return true;
  } catch (failure) {
    options.signal?.throwIfAborted();
    if (failure instanceof DirectFailure) {
      if (failure.kind === 'unreachable') line.giveUp();
      // A bucket that refuses what it hasn't read may break the connection instead of saying so.
      if (failure.kind === 'refused' || !line.hasWritten) line.giveUp('uploads');
      return false;
    }
    // What the pack relies on is gone, whichever way it comes.
    if (!CairnError.is(failure) || failure.code === 'conflict') throw failure;
    // A pack that was sent in vain is enough.
    if (isThere) line.giveUp('uploads');
    return false;
  }
}

/** @throws DirectFailure */
async function write(
  { wire, line }: SendContext,
  place: PlannedRequest,
  pack: PackBody,
  options: CallOptions,
): Promise<void> {
  const { settings } = wire.connection;
  const retry = createRetry({ ...settings, attempts: Math.min(attempts, settings.attempts) }, options.signal);
  for (;;) {
    try {
      return await line.put(place, pack, options);
    } catch (failure) {
      if (!(failure instanceof DirectFailure) || failure.kind !== 'passing') throw failure;
      if (!(await canRepeat(retry, failure, options))) throw failure;
    }
  }
}
