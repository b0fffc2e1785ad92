import {
  type AnyIterable,
  type PutResult,
  type Source,
  type TransferOptions,
  untilAborted,
} from '@cairn/core';
import { stampOf, translateFsError } from '@cairn/file';
import { inParallel } from './in-parallel.js';
import { intoJobs } from './jobs.js';
import { type PutContext, PutSession } from './put-session.js';

/** How many files are read before anything is decided. */
const batchCount = 256;

/** Stores the bytes of sources; see `BlobStore.put`. */
export async function* putBlobs(
  context: PutContext,
  sources: AnyIterable<Source>,
  options: TransferOptions,
): AsyncGenerator<PutResult, void, undefined> {
  const { sync } = context.fs;
  const stamp = (path: string) => {
    try {
      return stampOf(sync.statSync(path), path);
    } catch (error) {
      throw translateFsError(error, 'read', path);
    }
  };
  const jobs = intoJobs(untilAborted(sources, options.signal), stamp, { ...context.limits, batchCount });
  const session = new PutSession(context, options);
  try {
    await session.begin();
    for await (const results of inParallel(jobs, context.ports.limit, (job) => session.run(job)))
      yield* results;
    await session.finish();
  } finally {
    await session.end();
  }
}
