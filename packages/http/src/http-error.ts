import { CairnError, codeOfStatus, type ErrorCode, quote } from '@cairn/core';
import type { Answer } from './answer.js';
import type { HttpUri } from './http-uri.js';
import { retryAfterMs } from './retry.js';

/** Statuses that may pass: the same request may succeed later. */
export function isTransient(status: number): boolean {
  return (
    status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
  );
}

/** What a status that is no success means. */
export function statusError({ stored, url }: HttpUri, answer: Answer): CairnError {
  const { statusCode } = answer;
  const told = retryAfterMs(answer);
  const wait = told === undefined ? '' : ` It asks to wait ${Math.ceil(told / 1000)} s.`;
  const message = (what: string) => `${quote(stored)} ${what}: the server answered ${statusCode}`;
  switch (codeOfStatus(statusCode)) {
    case 'unauthenticated':
      return new CairnError('unauthenticated', message('needs credentials'), {
        hint: `Pass them: httpHandler({ headers: { ${quote(url.origin)}: { authorization: '…' } } }).`,
      });
    case 'forbidden':
      return new CairnError('forbidden', message('may not be read'), {
        hint: `Check the permissions, and the headers given for ${quote(url.origin)}.`,
      });
    case 'not_found':
      return new CairnError('not_found', message('is not there'), { hint: 'Check the URL.' });
    case 'rate_limited':
      return new CairnError('rate_limited', message('is asked for too often'), {
        hint: `Repeat the call later.${wait}`,
      });
  }
  return isTransient(statusCode)
    ? new CairnError('unavailable', message("can't be read now"), { hint: `Repeat the call later.${wait}` })
    : new CairnError('unavailable', message("can't be read"), { isRetryable: false });
}

interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly hint: string;
}

const timeout = (problem: string): Meaning => ({
  code: 'timeout',
  problem,
  hint: 'Repeat the call later, or raise { timeouts }.',
});
const cut: Meaning = { code: 'unavailable', problem: 'the connection broke', hint: 'Repeat the call.' };
const unreachable: Meaning = {
  code: 'unavailable',
  problem: "its host can't be reached",
  hint: 'Check the network.',
};

/** Failures of the network that may pass, by their codes. */
const passing: ReadonlyMap<string, Meaning> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', timeout("its host doesn't answer")],
  ['ETIMEDOUT', timeout("its host doesn't answer")],
  ['UND_ERR_HEADERS_TIMEOUT', timeout("the server doesn't answer")],
  ['UND_ERR_SOCKET', cut],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', cut],
  ['ECONNRESET', cut],
  ['EPIPE', cut],
  ['ERR_STREAM_PREMATURE_CLOSE', cut],
  ['Z_BUF_ERROR', { ...cut, problem: 'its compressed bytes are cut' }],
  ['Z_DATA_ERROR', { ...cut, problem: 'its compressed bytes are damaged' }],
  ['ECONNREFUSED', { ...unreachable, problem: 'its host refuses the connection' }],
  ['EHOSTUNREACH', unreachable],
  ['ENETUNREACH', unreachable],
  ['ENETDOWN', unreachable],
  ['EAI_AGAIN', { ...unreachable, problem: "its host's name can't be looked up now" }],
]);

/** What a failed exchange with a server means. What is no failure of one comes back as it is, and an abort as its reason. */
export function transportError(
  error: unknown,
  { stored }: HttpUri,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted) return signal.reason;
  const code = codeOf(error);
  if (code === undefined || CairnError.is(error)) return error;
  const meaning = passing.get(code) ?? (code.startsWith('HPE_') ? cut : undefined);
  const message = (problem: string) => `can't read ${quote(stored)}: ${problem}`;
  if (meaning !== undefined) {
    return new CairnError(meaning.code, message(meaning.problem), { hint: meaning.hint, cause: error });
  }
  if (code === 'ENOTFOUND') {
    return new CairnError('unavailable', message('no host has that name'), {
      hint: 'Check the URL and the network.',
      cause: error,
      isRetryable: false,
    });
  }
  return new CairnError('unavailable', message(`the connection failed (${code})`), {
    hint: 'If its certificate is not trusted here, name the authority in NODE_EXTRA_CA_CERTS.',
    cause: error,
    isRetryable: false,
  });
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
