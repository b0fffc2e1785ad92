import { CairnError } from '@cairn/core';

/** A failure that HTTP has more to say of than its code. Never leaves this package. */
export class HttpFailure extends Error {
  readonly failure: CairnError;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    failure: CairnError,
    more: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> },
  ) {
    super(failure.message);
    this.failure = failure;
    this.status = more.status;
    this.headers = more.headers ?? {};
  }
}

/** A request that is not what the API's description says. */
export function malformed(message: string, hint?: string): CairnError {
  return new CairnError('unsupported_format', message, hint === undefined ? {} : { hint });
}

/** A limit is reached; after so many seconds there is room again. */
export function tooMany(message: string, seconds: number): HttpFailure {
  const wait = Math.max(1, Math.ceil(seconds));
  const hint = `Try again in ${wait === 1 ? 'a second' : `${wait} seconds`}.`;
  return new HttpFailure(new CairnError('rate_limited', message, { hint }), {
    headers: { 'retry-after': String(wait) },
  });
}
