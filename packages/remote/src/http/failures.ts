import { CairnError, codeOfStatus, type ErrorCode, quote } from '@cairn/core';

/** What a status means that came without Cairn's own words: from a proxy on the way, or from another server. */
export function statusFailure(location: string, status: number): CairnError {
  const found = codeOfStatus(status);
  // That the address is wrong says nothing about what was asked for.
  const code = found === 'not_found' ? 'unavailable' : found;
  const isTransient = status === 408 || status === 425 || status === 429 || status >= 500;
  const message = `${quote(location)} answered ${status}, and not in the words of a Cairn server`;
  const hint =
    hints[code] ?? 'Check the URL of the server, with its base path, and what is between it and here.';
  return new CairnError(code, message, {
    hint: isTransient ? 'Repeat the call later.' : hint,
    isRetryable: isTransient,
  });
}

const hints: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'Give a key: { apiKey }, or CAIRN_API_KEY. A proxy on the way may want credentials too.',
};

/** What an answer means that isn't what the API says. It may come from something on the way, and pass. */
export function garbled(location: string, cause?: unknown): CairnError {
  return new CairnError(
    'unavailable',
    `${quote(location)} answered what no Cairn server of this version answers`,
    {
      hint: 'Repeat the call later; check the URL of the server, and what is between it and here.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly hint: string;
}

const late = (problem: string): Meaning => ({
  code: 'timeout',
  problem,
  hint: 'Repeat the call later, or raise { timeouts }.',
});
const cut: Meaning = { code: 'unavailable', problem: 'the connection broke', hint: 'Repeat the call.' };
const away: Meaning = { code: 'unavailable', problem: "it can't be reached", hint: 'Check the network.' };

/** Failures of the network that may pass, by their codes. */
const passing: ReadonlyMap<string, Meaning> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', late("it doesn't answer")],
  ['ETIMEDOUT', late("it doesn't answer")],
  ['UND_ERR_HEADERS_TIMEOUT', late("it doesn't answer")],
  ['UND_ERR_BODY_TIMEOUT', late('it stopped in the middle of its answer')],
  ['UND_ERR_SOCKET', cut],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', cut],
  ['ECONNRESET', cut],
  ['EPIPE', cut],
  ['ERR_STREAM_PREMATURE_CLOSE', cut],
  ['ECONNREFUSED', { ...away, problem: 'it refuses the connection', hint: 'Is the server running?' }],
  ['EHOSTUNREACH', away],
  ['ENETUNREACH', away],
  ['ENETDOWN', away],
  ['EAI_AGAIN', { ...away, problem: "its name can't be looked up now" }],
]);

/** What a failed exchange means. What is no failure of one comes back as it is, and an abort as its reason. */
export function transportFailure(error: unknown, location: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  const code = codeOf(error);
  if (code === undefined || CairnError.is(error)) return error;
  const meaning = passing.get(code) ?? (code.startsWith('HPE_') ? cut : undefined);
  const message = (problem: string) => `can't talk to ${quote(location)}: ${problem}`;
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
    hint: 'If its certificate is not trusted here, give the authority as { ca } or in NODE_EXTRA_CA_CERTS.',
    cause: error,
    isRetryable: false,
  });
}

/** Several addresses of a host fail together as one error, which has the code of the first. */
function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
