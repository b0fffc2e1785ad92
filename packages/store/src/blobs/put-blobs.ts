import {
  type AnyIterable,
  type Batched,
  batched,
  batchesOf,
  type PutResult,
  type Source,
  type TransferOptions,
  untilAborted,
} from '@cairn/core';
import type { FileSystem } from '@cairn/file';
import { inParallel } from './in-parallel.js';
import { intoJobs, type Job } from './jobs.js';
import { type PutContext, PutSession } from './put-session.js';

/** How many files are read before anything is decided. */
const batchCount = 256;

type PutBlobsContext = PutContext & { readonly fs: FileSystem };

/** Stores the bytes of sources; see `BlobStore.put`. */
export function putBlobs(
  context: PutBlobsContext,
  sources: AnyIterable<Source>,
  options: TransferOptions,
): Batched<PutResult> {
  return batched(() => putInBatches(context, sources, options));
}

async function* putInBatches(
  context: PutBlobsContext,
  sources: AnyIterable<Source>,
  options: TransferOptions,
): AsyncGenerator<readonly PutResult[], void, undefined> {
  const { fs } = context;
  const limits = { ...context.limits, batchCount };
  const session = await PutSession.begin(context, options);
  const { seen, name } = session;
  const { signal } = options;
  // What is there needn't be waited for, and each job looks at the signal.
  const items =
    Symbol.iterator in sources ? sources : batched(() => untilAborted(batchesOf(sources), signal));
  const jobs = intoJobs({ fs, seen, name, limits }, items, options);
  try {
    const run = (job: Job) => session.run(job);
    yield* inParallel(jobs, context.ports.limit, run, () => session.stop());
    await session.finish();
  } finally {
    await session.end();
  }
}
