import { CairnError } from '@cairn/core';
import { exitCodes } from './failure/exit-codes.js';
import type { Output } from './output/output.js';

/** Lets a person, or a limit of time, stop what runs. */
export interface Interrupts {
  readonly signal: AbortSignal;
  /** Whether a person stopped it. */
  readonly isStopped: () => boolean;
  /** Gives the signals back to the system. */
  release(): void;
}

const stopSignals = ['SIGINT', 'SIGTERM'] as const;

/**
 * The first Ctrl-C aborts what runs, so that it can end in order; the second one quits at once.
 *
 * @param timeoutMs After how long all is aborted. Default: never.
 */
export function watchInterrupts(output: Output, timeoutMs: number | undefined): Interrupts {
  const controller = new AbortController();
  let isStopped = false;
  const onSignal = () => {
    if (isStopped) {
      // A bar may have hidden the cursor, and had long lines cut.
      if (output.canRedraw) process.stderr.write('\u001b[?25h\u001b[?7h\n');
      process.exit(exitCodes.interrupted);
    }
    isStopped = true;
    output.talk(`${output.canRedraw ? '\n' : ''}stopping; once more to quit at once`);
    controller.abort(new CairnError('aborted', 'stopped'));
  };
  for (const name of stopSignals) process.on(name, onSignal);
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          const message = `not done after ${timeoutMs / 1000} s`;
          controller.abort(new CairnError('timeout', message, { hint: 'Give it more with --timeout.' }));
        }, timeoutMs).unref();
  return {
    signal: controller.signal,
    isStopped: () => isStopped,
    release() {
      clearTimeout(timer);
      for (const name of stopSignals) process.off(name, onSignal);
    },
  };
}
