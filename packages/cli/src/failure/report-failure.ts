import type { Writable } from 'node:stream';
import type { ExitCode } from './exit-codes.js';
import { failureJson, failureLines, toFailure } from './failure.js';

export interface ReportOptions {
  /** One JSON object instead of lines for people. */
  readonly json: boolean;
  /** Also the stack and the causes. */
  readonly verbose: boolean;
  readonly red?: (text: string) => string;
}

/** Says on stderr why a command failed. @returns How it ends. */
export function reportFailure(
  error: unknown,
  stderr: Writable,
  { json, verbose, red = (text) => text }: ReportOptions,
): ExitCode {
  const failure = toFailure(error);
  stderr.write(`${json ? JSON.stringify(failureJson(failure)) : failureLines(failure, red)}\n`);
  if (verbose && !json) for (const cause of causes(error)) stderr.write(`  ${stackOf(cause)}\n`);
  return failure.exitCode;
}

function* causes(error: unknown): Generator<unknown> {
  // As deep as a person reads; also against a cause that is its own.
  for (let [at, depth] = [error, 0]; at !== undefined && depth < 5; depth++) {
    yield at;
    at = at instanceof Error ? at.cause : undefined;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
