import type { Metadata } from './metadata-types.js';
import { enterSlot, inSlot, newSlot } from './run/current-run.js';
import { type RunOptions, startRun } from './run/start-run.js';
import type { Run } from './run.js';

/**
 * Starts a run. It is the current run of the code that called, until it is finished: `useArtifact` and `logArtifact`, when
 * imported, act on it. Code that serves several requests at once should use {@link withRun}, which keeps them apart.
 *
 * @example
 * await using run = await init({ jobType: 'train' });   // or call run.finish() at the end
 *
 * @throws CairnError `name_invalid`, `metadata_invalid` (the config), `storage_readonly`, `unavailable`.
 */
export function init<C extends object = Metadata>(options: RunOptions<C> = {}): Promise<Run> {
  // Not an async function: the caller's context, not one of its own, has to see the run.
  const slot = enterSlot();
  return startRun(options).then(
    (run) => {
      slot.run = run;
      return run;
    },
    (error: unknown) => {
      slot.hasFailed = true;
      throw error;
    },
  );
}

/**
 * Runs a function as a run: finishes the run after it, or marks it `failed` when the function throws, and rethrows that
 * very error.
 *
 * @example
 * await withRun({ jobType: 'train' }, async (run) => {
 *   const data = await run.useArtifact('bike-dataset:latest');
 *   await run.logArtifact('model.h5', { name: 'bike-model', type: 'model' });
 * });
 *
 * @throws CairnError As {@link init} and `run.finish`.
 */
export async function withRun<T, C extends object = Metadata>(
  options: RunOptions<C>,
  work: (run: Run) => T | PromiseLike<T>,
): Promise<T> {
  const slot = newSlot();
  const run = await startRun(options);
  slot.run = run;
  let result: T;
  try {
    result = await inSlot(slot, async () => work(run));
  } catch (error) {
    await run.fail(error);
    throw error;
  }
  await run.conclude();
  return result;
}
