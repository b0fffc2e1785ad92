import { CairnError, quote, redact } from '@cairn/core';
import { messageOf } from '../util/watched-promise.js';
import type { FailedCall } from './pending-calls.js';

/** What `finish` throws for calls that failed while nobody looked. */
export function runFailure(run: string, calls: readonly FailedCall[]): CairnError {
  const errors = calls.map(({ error }) => error);
  const problems = calls.map(({ label, error }) => `${label} failed: ${oneLine(error)}`);
  const cairnError = errors.find((error): error is CairnError => CairnError.is(error));
  return new CairnError(cairnError?.code ?? 'aborted', `run ${quote(run)}: ${problems.join('; ')}`, {
    hint: 'Nothing of it was published; call it again, and await it to handle the failure there.',
    cause: errors.length === 1 ? errors[0] : new AggregateError(errors, 'calls that nobody awaited'),
  });
}

/** An error in one line, without secrets. */
export function oneLine(error: unknown): string {
  const [line = ''] = messageOf(error).split('\n');
  return redact(line.replace(/\p{Cc}/gu, ' ')).slice(0, 1000);
}
