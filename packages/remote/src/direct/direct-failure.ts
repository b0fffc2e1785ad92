import { CairnError, type CallOptions } from '@cairn/core';
import type { Retry } from '../http/retry.js';

/**
 * Why a signed request didn't do what it is for. Nobody outside hears of it: what doesn't come from the bucket, or get there,
 * goes through the server.
 */
export class DirectFailure extends Error {
  /**
   * `unreachable`: the bucket can't be reached from here. `refused`: the request is none that it answers, or no longer.
   * `passing`: it may work when it is repeated. `wrong`: what came isn't what was planned.
   */
  readonly kind: 'unreachable' | 'refused' | 'passing' | 'wrong';
  /** For how long not to ask again, in milliseconds. */
  readonly toldMs: number | undefined;

  constructor(
    kind: DirectFailure['kind'],
    { toldMs, cause }: { readonly toldMs?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(kind, cause === undefined ? {} : { cause });
    this.kind = kind;
    this.toldMs = toldMs;
  }
}

/** Waits until it is time to try again; answers `false` when patience is at its end. */
export async function canRepeat(
  retry: Retry,
  { toldMs, cause }: DirectFailure,
  { signal }: CallOptions,
): Promise<boolean> {
  const failure = new CairnError('unavailable', 'the bucket of the server fails', {
    hint: 'Repeat the call.',
    cause,
  });
  return retry.wait(failure, toldMs).then(
    () => true,
    () => {
      signal?.throwIfAborted();
      return false;
    },
  );
}
