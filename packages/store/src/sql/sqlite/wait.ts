import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions } from '@cairn/core';
import { isBusy } from './errors.js';

/** How long a call waits for its turn at the database before it is `unavailable`, in milliseconds. */
const turnLimitMs = 60_000;
/** The longest pause between two tries, in milliseconds. */
const maxPauseMs = 25;

export interface TurnOptions extends CallOptions {
  /** Default: {@link turnLimitMs}. */
  readonly limitMs?: number | undefined;
}

/** Tries until nobody else is in the way, or the time is up. The pauses leave the process free for other work. */
export async function takeTurn<T>(attempt: () => T, options: TurnOptions = {}): Promise<T> {
  const { signal, limitMs = turnLimitMs } = options;
  const end = performance.now() + limitMs;
  for (let pause = 1; ; pause = Math.min(2 * pause, maxPauseMs)) {
    signal?.throwIfAborted();
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error;
    }
    await sleep(Math.random() * pause);
  }
}
