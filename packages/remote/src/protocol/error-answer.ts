import { CairnError, type ErrorCode, errorCodes } from '@cairn/core';
import * as v from 'valibot';

/** What a server answers when it can't do what it was asked. */
export interface ErrorAnswer {
  readonly error: {
    readonly code: ErrorCode;
    /** Without the hint. */
    readonly message: string;
    readonly hint?: string | undefined;
    readonly isRetryable: boolean;
    readonly requestId: string;
  };
}

export const errorAnswer: v.GenericSchema<unknown, ErrorAnswer> = v.object({
  error: v.object({
    code: v.picklist(errorCodes),
    message: v.string(),
    hint: v.optional(v.string()),
    isRetryable: v.boolean(),
    requestId: v.string(),
  }),
});

/** The status of every code that has one of its own. */
const statuses: Partial<Record<ErrorCode, number>> = {
  unsupported_format: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  run_finished: 409,
  quota_exceeded: 413,
  name_invalid: 422,
  path_invalid: 422,
  path_conflict: 422,
  metadata_invalid: 422,
  alias_invalid: 422,
  uri_invalid: 422,
  manifest_invalid: 422,
  type_mismatch: 422,
  integrity_mismatch: 422,
  rate_limited: 429,
  unavailable: 503,
  timeout: 504,
  storage_full: 507,
};

/** The HTTP status by which a failure with a code is answered. */
export function statusOf(code: ErrorCode): number {
  return statuses[code] ?? 500;
}

/** A failure as it is answered. Its cause stays where it is: it may name what is the server's own business. */
export function toErrorAnswer(error: CairnError, requestId: string): ErrorAnswer {
  const { code, hint, isRetryable } = error;
  if (hint === undefined) return { error: { code, message: error.message, isRetryable, requestId } };
  // The hint is the last line of the message.
  const message = error.message.slice(0, -hint.length).trimEnd();
  return { error: { code, message, hint, isRetryable, requestId } };
}

/** The failure that a server answered. What could steer a terminal is left out of its texts. */
export function fromErrorAnswer({ error }: ErrorAnswer): CairnError {
  const { code, message, hint, isRetryable } = error;
  return new CairnError(
    code,
    plain(message),
    hint === undefined ? { isRetryable } : { hint: plain(hint), isRetryable },
  );
}

function plain(text: string): string {
  return text.replace(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu, '');
}
