import { CairnError, type ErrorCode } from '@cairn/core';

/** An error on its way from one thread to another, where its class would get lost. */
export interface SentError {
  readonly message: string;
  readonly code?: ErrorCode | undefined;
  readonly hint?: string | undefined;
  readonly isRetryable?: boolean | undefined;
  readonly cause?: { readonly message: string; readonly code?: unknown } | undefined;
}

export function sendError(error: unknown): SentError {
  if (!CairnError.is(error)) return { message: (error as Error).message };
  const { code, hint, isRetryable, cause } = error;
  // The hint is the last line of the message.
  const message = hint === undefined ? error.message : error.message.slice(0, -hint.length).trimEnd();
  if (!(cause instanceof Error)) return { message, code, hint, isRetryable };
  return {
    message,
    code,
    hint,
    isRetryable,
    cause: { message: cause.message, code: (cause as { code?: unknown }).code },
  };
}

export function reviveError({ message, code, hint, isRetryable, cause }: SentError): Error {
  if (code === undefined) return new Error(message);
  return new CairnError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(isRetryable === undefined ? {} : { isRetryable }),
    ...(cause === undefined ? {} : { cause: Object.assign(new Error(cause.message), { code: cause.code }) }),
  });
}
