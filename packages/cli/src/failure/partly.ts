import type { Output } from '../output/output.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { reportFailure, reportStyle } from './report-failure.js';

/** Several things that a command does one after the other, of which some may fail. */
export interface Partly {
  /** Does one of them; when it fails, says why on stderr and goes on. An abort ends all. */
  try<T>(one: () => Promise<T>): Promise<T | undefined>;
  /** How the command ends that did so many: 0 when nothing failed, 3 when something was done, else as the last failure. */
  exitCode(done: number): ExitCode;
}

export function createPartly(output: Output, signal: AbortSignal): Partly {
  let failed: ExitCode = exitCodes.ok;
  return {
    async try(one) {
      try {
        return await one();
      } catch (error) {
        signal.throwIfAborted();
        failed = reportFailure(error, process.stderr, reportStyle(output));
        return undefined;
      }
    },
    exitCode: (done) => (failed !== exitCodes.ok && done > 0 ? exitCodes.partial : failed),
  };
}
