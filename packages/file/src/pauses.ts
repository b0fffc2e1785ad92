import { setImmediate } from 'node:timers/promises';

/** How long synchronous work may hold up everything else, in milliseconds. */
const sliceMs = 5;

/** Tells whether synchronous work has gone on for long enough, and lets everything else have its turn. */
export interface Pauses {
  readonly isDue: () => boolean;
  /** @throws The reason of the signal, if it was aborted. */
  readonly take: () => Promise<void>;
}

export function createPauses(signal: AbortSignal | undefined): Pauses {
  let since = performance.now();
  return {
    isDue: () => performance.now() - since >= sliceMs,
    async take() {
      await setImmediate();
      signal?.throwIfAborted();
      since = performance.now();
    },
  };
}
