import { CairnError } from '@cairn/core';

/** The body of a request. */
export function json(value: unknown): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: () => string;
} {
  const text = JSON.stringify(value);
  return { headers: { 'content-type': 'application/json' }, body: () => text };
}

/** What is asked for, or `undefined` when the server has it not. */
export async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (CairnError.is(error, 'not_found') && error.isRetryable === false) return undefined;
    throw error;
  }
}
