import { CairnError, printable, redact } from '@cairn/core';
import { inCliWords } from './cli-words.js';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.js';
import { UsageError } from './usage-error.js';

/** What went wrong, as it is shown. */
export interface Failure {
  /** A code of `CairnError`; `usage`, or `internal` for what nobody foresaw. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Of the request to a server that failed. */
  readonly requestId?: string;
  readonly exitCode: ExitCode;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof UsageError) {
    return { code: 'usage', message: error.message, ...hintOf(error), exitCode: exitCodes.usage };
  }
  if (CairnError.is(error)) {
    const { code, message, hint } = error;
    const said =
      hint !== undefined && message.endsWith(`\n  ${hint}`) ? message.slice(0, -hint.length - 3) : message;
    const { requestId } = error as { requestId?: unknown };
    const request = typeof requestId === 'string' ? { requestId } : {};
    return { code, message: said, ...hintOf(error), ...request, exitCode: exitCodeOf[code] };
  }
  const message = redact(error instanceof Error ? error.message : String(error));
  return { code: 'internal', message, exitCode: exitCodes.failure };
}

function hintOf({ hint }: { readonly hint?: string | undefined }): { hint?: string } {
  return hint === undefined ? {} : { hint: inCliWords(hint) };
}

/** The error as JSON, for `--json`. */
export function failureJson({ exitCode, ...error }: Failure): object {
  return { error };
}

/** The lines a person reads. The texts may hold line breaks of their own, and nothing that steers a terminal. */
export function failureLines(
  { code, message, hint, requestId }: Failure,
  red: (text: string) => string,
): string {
  const lines = [`${red('error')} [${code}]: ${shown(message)}`];
  if (hint !== undefined) lines.push(shown(hint));
  if (requestId !== undefined) lines.push(`request: ${shown(requestId)}`);
  return lines.join('\n  ');
}

function shown(text: string): string {
  return text.split('\n').map(printable).join('\n  ');
}
