import type { Writable } from 'node:stream';
import type { Output } from '../output/output.js';
import type { ExitCode } from './exit-codes.js';
import { failureJson, failureLines, toFailure } from './failure.js';

export interface ReportStyle {
  /** One JSON object instead of lines for people. */
  readonly json: boolean;
  /** A line among those of `--progress=json`, which all say of what type they are. */
  readonly isTyped: boolean;
  /** Also the stack and the causes. */
  readonly verbose: boolean;
  readonly red?: (text: string) => string;
}

/** How a command that prints this way says why it failed. */
export function reportStyle(output: Output): ReportStyle {
  return {
    json: output.format === 'json' || output.isForLines,
    isTyped: output.isForLines,
    verbose: output.isVerbose,
    red: output.talkColors.red,
  };
}

/** Says on stderr why a command failed. @returns How it ends. */
export function reportFailure(
  error: unknown,
  stderr: Writable,
  { json, isTyped, verbose, red = (text) => text }: ReportStyle,
): ExitCode {
  const failure = toFailure(error);
  const told = isTyped ? { message_type: 'error', ...failureJson(failure) } : failureJson(failure);
  stderr.write(`${json ? JSON.stringify(told) : failureLines(failure, red)}\n`);
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
