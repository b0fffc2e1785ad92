import { CairnError, type ErrorCode, quote } from '@cairn/core';

/** What was tried, for messages: `can't <what> <location>`. */
export interface Attempt {
  /** A verb: `read`, `list`. */
  readonly what: string;
  /** An `s3://` URI, without credentials. */
  readonly location: string;
  /** Whether a version was asked for: an id that the server can't have given is refused as a bad request. */
  readonly versioned?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly hint: string;
  readonly isRetryable?: boolean;
}

const notThere: Meaning = {
  code: 'not_found',
  problem: 'nothing is there',
  hint: 'Check the bucket, the key and the version.',
};
const notAllowed: Meaning = {
  code: 'forbidden',
  problem: 'access is denied',
  hint: "Check what these credentials may do. Without s3:ListBucket, S3 says this of keys that don't exist, too.",
};
const versionHint =
  'Check what these credentials may do. A recorded version is read with s3:GetObjectVersion.';
const badCredentials: Meaning = {
  code: 'unauthenticated',
  problem: 'the credentials are not accepted',
  hint: 'Check the access key, the secret and, if they are temporary, whether they have expired.',
};
const noCredentials: Meaning = {
  code: 'unauthenticated',
  problem: 'there are no credentials',
  hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or pass { clientConfig: { credentials } }.',
};
const tooSlow: Meaning = { code: 'timeout', problem: "the server doesn't answer", hint: 'Repeat the call.' };
const tooMany: Meaning = {
  code: 'rate_limited',
  problem: 'the server asks for fewer requests',
  hint: 'Repeat the call later, or with less at once.',
};
const otherRegion: Meaning = {
  code: 'unavailable',
  problem: 'the bucket is in another region',
  hint: 'Set AWS_REGION, or pass { clientConfig: { region } }.',
  isRetryable: false,
};
const changedMeanwhile: Meaning = {
  code: 'conflict',
  problem: 'something is there already, or somebody is writing it',
  hint: 'Look at what is there.',
};
const full: Meaning = { code: 'storage_full', problem: 'no space is left', hint: 'Free some space.' };
const unsupported: Meaning = {
  code: 'unavailable',
  problem: "the server doesn't know this operation",
  hint: "Check that the endpoint is an S3 server's, and its version.",
  isRetryable: false,
};

/** By the error's code as S3 gives it, where its status says too little. */
const byName: ReadonlyMap<string, Meaning> = new Map([
  ['AccessDenied', notAllowed],
  ['InvalidAccessKeyId', badCredentials],
  ['SignatureDoesNotMatch', badCredentials],
  ['ExpiredToken', badCredentials],
  ['InvalidToken', badCredentials],
  ['TokenRefreshRequired', badCredentials],
  [
    'RequestTimeTooSkewed',
    { ...badCredentials, problem: "this machine's clock is wrong", hint: 'Set the clock.' },
  ],
  ['CredentialsProviderError', noCredentials],
  ['TokenProviderError', noCredentials],
  [
    'NoSuchBucket',
    { ...notThere, problem: "the bucket doesn't exist", hint: 'Check its name and the endpoint.' },
  ],
  [
    'InvalidObjectState',
    {
      code: 'unavailable',
      problem: 'it is archived',
      hint: 'Restore it from its archive, then repeat the call.',
      isRetryable: false,
    },
  ],
  ['AuthorizationHeaderMalformed', otherRegion],
  ['PermanentRedirect', otherRegion],
  ['TimeoutError', tooSlow],
  ['RequestTimeout', tooSlow],
  ['SlowDown', tooMany],
  ['ThrottlingException', tooMany],
  ['QuotaExceeded', { ...full, code: 'quota_exceeded', problem: 'the quota is used up' }],
  [
    'KeyTooLongError',
    { code: 'uri_invalid', problem: 'the key is too long', hint: 'Keys have at most 1,024 bytes.' },
  ],
]);

const byStatus: ReadonlyMap<number, Meaning> = new Map([
  [301, otherRegion],
  [401, badCredentials],
  [403, notAllowed],
  [404, notThere],
  // A delete marker, asked for by its version id.
  [405, { ...notThere, problem: 'this version only marks that it was deleted' }],
  [408, tooSlow],
  [409, changedMeanwhile],
  [412, changedMeanwhile],
  [429, tooMany],
  [501, unsupported],
  [507, full],
]);

/**
 * Says what a failed request means. Comes to its verdict by the error's name and status, never by its text. The reason of an
 * abort and a {@link CairnError} come back as they are.
 */
export function translateS3Error(error: unknown, attempted: Attempt): unknown {
  const { what, location, versioned = false, signal } = attempted;
  if (signal?.aborted) return signal.reason;
  if (CairnError.is(error) || !(error instanceof Error)) return error;
  const status = statusOf(error);
  const meaning =
    byName.get(error.name) ??
    byStatus.get(versioned && status === 400 ? 404 : (status ?? 0)) ??
    fallback(error, status);
  const { code, problem, isRetryable } = meaning;
  const hint = versioned && meaning === notAllowed ? versionHint : meaning.hint;
  return new CairnError(code, `can't ${what} ${quote(location)}: ${problem}`, {
    hint,
    cause: withoutSecrets(error),
    ...(isRetryable === undefined ? {} : { isRetryable }),
  });
}

/** Awaits a request and translates its failure. */
export async function attempt<T>(attempted: Attempt, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw translateS3Error(error, attempted);
  }
}

/** The status of the answer that an error of the SDK stands for, or `undefined` where there was none. */
export function statusOf(error: unknown): number | undefined {
  const metadata = (error as { $metadata?: { httpStatusCode?: unknown } } | undefined)?.$metadata;
  return typeof metadata?.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

function fallback(error: Error, status: number | undefined): Meaning {
  if (status !== undefined) {
    return {
      code: 'unavailable',
      problem: `the server answers ${status} ${error.name}`,
      hint: status >= 500 ? 'Repeat the call.' : 'Check the endpoint and the request.',
      isRetryable: status >= 500,
    };
  }
  const { code } = error as { code?: unknown };
  return {
    code: 'unavailable',
    problem: typeof code === 'string' ? `the connection failed (${code})` : `it failed with ${error.name}`,
    hint: 'Check the network and the endpoint, then repeat the call.',
  };
}

/**
 * What S3 refused may come back in its answer, session token and all, and the SDK puts that on the error. Only what tells
 * the reason is kept.
 */
function withoutSecrets(error: Error): Error {
  if (!('$metadata' in error) && !('$response' in error)) return error;
  const { httpStatusCode, requestId } = (error as SdkFacts).$metadata ?? {};
  return Object.assign(new Error(error.message), { name: error.name, httpStatusCode, requestId });
}

interface SdkFacts {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}
