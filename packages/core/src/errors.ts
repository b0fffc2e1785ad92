/**
 * Every code a {@link CairnError} can carry. The list is part of semver: a code is never renamed or reused.
 * What each means and how to act on it: `docs/errors.md`.
 */
export const errorCodes = [
  'name_invalid',
  'path_invalid',
  'path_conflict',
  'metadata_invalid',
  'alias_invalid',
  'uri_invalid',
  'manifest_invalid',
  'type_mismatch',
  'artifact_finalized',
  'run_finished',
  'no_active_run',
  'not_found',
  'unauthenticated',
  'forbidden',
  'conflict',
  'source_changed',
  'reference_changed',
  'integrity_mismatch',
  'too_many_objects',
  'handler_missing',
  'scheme_refused',
  'unsupported_format',
  'storage_full',
  'storage_readonly',
  'unavailable',
  'timeout',
  'rate_limited',
  'quota_exceeded',
  'aborted',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface CairnErrorOptions {
  /** The next step, one sentence. It becomes the last line of the message. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Whether the same call may succeed later without any change. Default: by code. */
  readonly isRetryable?: boolean;
}

const retryable: ReadonlySet<ErrorCode> = new Set(['unavailable', 'timeout', 'rate_limited']);
const brand = Symbol.for('cairn.error');

/**
 * The one error class of Cairn. Act on `code`; the message is for people.
 *
 * Recognise it with {@link CairnError.is}, which also works across two installed copies of this package.
 * URL credentials and signed query values are removed from messages here, once, so that no caller can forget.
 */
export class CairnError extends Error {
  override readonly name = 'CairnError';
  readonly code: ErrorCode;
  /** The next step, one sentence; also the last line of the message. */
  declare readonly hint?: string; // `declare`: without one there is no property either
  readonly isRetryable: boolean;

  constructor(code: ErrorCode, message: string, options: CairnErrorOptions = {}) {
    const text = options.hint === undefined ? message : `${message}\n  ${options.hint}`;
    super(redact(text), 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    if (options.hint !== undefined) this.hint = redact(options.hint);
    this.isRetryable = options.isRetryable ?? retryable.has(code);
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether `value` is a CairnError of any installed copy, and, if `code` is given, one with that code. */
  static is(value: unknown, code?: ErrorCode): value is CairnError {
    if (typeof value !== 'object' || value === null || !(brand in value)) return false;
    return code === undefined || (value as { code?: unknown }).code === code;
  }
}

/** Up to the last `@` before the path, as URL parsers read it. */
const userInfo = /(\b[a-z][a-z0-9+.-]{0,31}:\/\/)[^/\s?#]*@/gi;
const secretQuery = /([?&][\w.-]*(?:signature|sig|credential|token|key|password|secret)=)[^&\s"#]*/gi;

/** Takes URL credentials and the values of signing or key-like query parameters out of a text. */
export function redact(text: string): string {
  return text.replace(userInfo, '$1***@').replace(secretQuery, '$1***');
}
