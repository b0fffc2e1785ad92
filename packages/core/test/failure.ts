import { expect } from 'vitest';
import type { ErrorCode } from '../src/errors.js';

/** Matches a CairnError with this code, whose message holds all of these texts. */
export function failure(code: ErrorCode, ...texts: string[]): unknown {
  return expect.toSatisfy(
    (error) =>
      error instanceof Error &&
      error.name === 'CairnError' &&
      (error as Error & { code?: unknown }).code === code &&
      texts.every((text) => error.message.includes(text)),
    `a CairnError ${[code, ...texts].join(', ')}`,
  );
}
