import { CairnError } from '@cairn/core';

/** The error that a call throws or a promise rejects with. */
export async function caught(work: (() => unknown) | PromiseLike<unknown>): Promise<CairnError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (CairnError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
