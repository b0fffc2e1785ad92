import { CairnError, type ErrorCode, quote } from '@cairn/core';

/** What was tried, for messages: `can't <what> <location>`. */
export interface Attempt {
  /** A verb: `read`, `list`. */
  readonly what: string;
  /** A `gs://` URI, without credentials. */
  readonly location: string;
  readonly signal?: AbortSignal | undefined;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly hint: string;
  readonly isRetryable?: boolean;
}

const notAllowed: Meaning = {
  code: 'forbidden',
  problem: 'access is denied',
  hint: "Check what these credentials may do. Without storage.objects.list, this is said of objects that don't exist, too.",
};
const tooMany: Meaning = {
  code: 'rate_limited',
  problem: 'the server asks for fewer requests',
  hint: 'Repeat the call later, or with less at once.',
};
const tooSlow: Meaning = { code: 'timeout', problem: "the server doesn't answer", hint: 'Repeat the call.' };

/** By the reason that the JSON API gives, where the status says too little. */
const byReason: ReadonlyMap<string, Meaning> = new Map([
  ['rateLimitExceeded', tooMany],
  ['userRateLimitExceeded', tooMany],
  ['quotaExceeded', { ...tooMany, code: 'quota_exceeded', problem: 'the quota is used up' }],
  [
    // Of a request that lacks nothing else.
    '400 required',
    {
      ...notAllowed,
      problem: 'its readers pay for it',
      hint: 'Say which project pays: pass { userProject }.',
    },
  ],
]);

const byStatus: ReadonlyMap<number, Meaning> = new Map([
  [
    401,
    {
      code: 'unauthenticated',
      problem: 'there are no credentials, or they are not accepted',
      hint: 'Run `gcloud auth application-default login`, set GOOGLE_APPLICATION_CREDENTIALS, or pass { clientConfig: { credentials } }.',
    },
  ],
  [403, notAllowed],
  [
    404,
    {
      code: 'not_found',
      problem: 'nothing is there',
      hint: 'Check the bucket, the name and the generation.',
    },
  ],
  [408, tooSlow],
  [409, { code: 'conflict', problem: 'somebody else is writing it', hint: 'Look at what is there.' }],
  [
    412,
    { code: 'reference_changed', problem: 'it is no longer what it was', hint: 'Look at what is there.' },
  ],
  [429, tooMany],
  [507, { code: 'storage_full', problem: 'no space is left', hint: 'Free some space.' }],
]);

/** Codes of connections that were silent for too long, of undici, node-fetch and Node. */
const silences: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'request-timeout',
  'body-timeout',
]);

/**
 * Says what a failed request means. Comes to its verdict by the answer's status and reason, never by its text. The reason of
 * an abort and a {@link CairnError} come back as they are.
 */
export function translateGsError(error: unknown, { what, location, signal }: Attempt): unknown {
  if (signal?.aborted) return signal.reason;
  if (CairnError.is(error) || !(error instanceof Error)) return error;
  const status = statusOf(error);
  const reason = reasonOf(error) ?? '';
  const meaning =
    byReason.get(`${status} ${reason}`) ??
    byReason.get(reason) ??
    byStatus.get(status ?? 0) ??
    fallback(error, status);
  const { code, problem, hint, isRetryable } = meaning;
  return new CairnError(code, `can't ${what} ${quote(location)}: ${problem}`, {
    hint,
    cause: withoutSecrets(error),
    ...(isRetryable === undefined ? {} : { isRetryable }),
  });
}

/** The status of the answer that an error stands for, or `undefined` where there was none. */
export function statusOf(error: unknown): number | undefined {
  const { code, status, response } = (error ?? {}) as SdkFacts;
  const found = [status, response?.status, code].map(Number).find((number) => number >= 100 && number < 600);
  return CairnError.is(error) ? undefined : found;
}

/** Whether an error is one of a connection that was silent for too long. */
export function isSilence(error: unknown): boolean {
  return silences.has(connectionCode(error) ?? '');
}

/** The code of a failed connection, or `undefined` where it was none. */
export function connectionCode(error: unknown): string | undefined {
  const { code, type } = (error ?? {}) as SdkFacts;
  if (typeof code === 'string' && !/^\d+$/.test(code)) return code;
  return typeof type === 'string' ? type : undefined;
}

function reasonOf(error: Error): string | undefined {
  const [first] = (error as SdkFacts).errors ?? [];
  return typeof first?.reason === 'string' ? first.reason : undefined;
}

function fallback(error: Error, status: number | undefined): Meaning {
  if (status !== undefined) {
    return {
      code: 'unavailable',
      problem: `the server answers ${status}`,
      hint: status >= 500 ? 'Repeat the call.' : 'Check the endpoint and the request.',
      isRetryable: status >= 500,
    };
  }
  if (isSilence(error)) return tooSlow;
  const code = connectionCode(error);
  return {
    code: 'unavailable',
    problem: `the connection failed (${code ?? error.name})`,
    hint: 'Check the network and the endpoint, then repeat the call.',
  };
}

/** The library puts request and answer on its errors, token and all. Only what tells the reason is kept. */
function withoutSecrets(error: Error): Error {
  const { code } = error as SdkFacts;
  return Object.assign(new Error(error.message), {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    ...(reasonOf(error) === undefined ? {} : { reason: reasonOf(error) }),
  });
}

interface SdkFacts {
  readonly code?: unknown;
  readonly type?: unknown;
  readonly status?: unknown;
  readonly response?: { readonly status?: unknown };
  readonly errors?: readonly { readonly reason?: unknown }[];
}
