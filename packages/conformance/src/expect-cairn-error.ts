import { CairnError, type ErrorCode } from '@cairn/core';
import { expect } from 'vitest';

/**
 * Asserts that something fails with a `CairnError` of one of these codes, and that the error is fit for a person: it has
 * a message, and shows no URL credentials. Returns it.
 *
 * @example
 * await expectCairnError(api.artifact('nowhere'), 'not_found');
 */
export async function expectCairnError(
  action: Promise<unknown> | AsyncIterable<unknown>,
  ...codes: [ErrorCode, ...ErrorCode[]]
): Promise<CairnError> {
  const error = await failureOf(action);
  if (!CairnError.is(error)) expect.fail(`expected ${codes.join(' or ')}, got ${describe(error)}`);
  expect(codes, describe(error)).toContain(error.code);
  expect(error.message).not.toBe('');
  expect(error.message).not.toMatch(/:\/\/[^/\s]*:[^/\s*]+@/);
  return error;
}

/** What something fails with. Fails itself when it doesn't. */
export async function failureOf(action: Promise<unknown> | AsyncIterable<unknown>): Promise<unknown> {
  try {
    if (Symbol.asyncIterator in action) for await (const _ of action);
    else await action;
  } catch (error) {
    return error;
  }
  return expect.fail('it was expected to fail, but did not');
}

function describe(error: unknown): string {
  return CairnError.is(error) ? `${error.code}: ${error.message}` : `not a CairnError: ${String(error)}`;
}
