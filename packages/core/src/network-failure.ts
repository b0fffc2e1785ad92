import { CairnError, type ErrorCode } from './errors.js';

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
const away: Meaning = {
  code: 'unavailable',
  problem: "its host can't be reached",
  hint: 'Check the network.',
};

/** Failures that may pass, by the codes of Node, of its zlib and of undici. */
const passing: ReadonlyMap<string, Meaning> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', late("its host doesn't answer")],
  ['ETIMEDOUT', late("its host doesn't answer")],
  ['UND_ERR_HEADERS_TIMEOUT', late("the server doesn't answer")],
  ['UND_ERR_BODY_TIMEOUT', late('the server stopped in the middle of its answer')],
  ['UND_ERR_SOCKET', cut],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', cut],
  ['ECONNRESET', cut],
  ['EPIPE', cut],
  ['ERR_STREAM_PREMATURE_CLOSE', cut],
  ['Z_BUF_ERROR', { ...cut, problem: 'its compressed bytes are cut' }],
  ['Z_DATA_ERROR', { ...cut, problem: 'its compressed bytes are damaged' }],
  ['ECONNREFUSED', { ...away, problem: 'its host refuses the connection', hint: 'Is the server running?' }],
  ['EHOSTUNREACH', away],
  ['ENETUNREACH', away],
  ['ENETDOWN', away],
  ['EAI_AGAIN', { ...away, problem: "its host's name can't be looked up now" }],
]);

/**
 * What a failed exchange with a server means, for adapters: `unavailable` or `timeout`, retryable if it may pass. What is
 * no failure of one comes back as it is, and an abort as its reason.
 *
 * @param attempt What can't be done, such as `can't read "https://…"`.
 */
export function networkFailure(error: unknown, attempt: string, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  const code = codeOf(error);
  if (code === undefined || CairnError.is(error)) return error;
  const meaning = passing.get(code) ?? (code.startsWith('HPE_') ? cut : undefined);
  if (meaning !== undefined) {
    return new CairnError(meaning.code, `${attempt}: ${meaning.problem}`, {
      hint: meaning.hint,
      cause: error,
    });
  }
  const lasting = (problem: string, hint: string) =>
    new CairnError('unavailable', `${attempt}: ${problem}`, { hint, cause: error, isRetryable: false });
  return code === 'ENOTFOUND'
    ? lasting('no host has that name', 'Check the URL and the network.')
    : lasting(
        `the connection failed (${code})`,
        'If its certificate is not trusted here, name the authority in NODE_EXTRA_CA_CERTS.',
      );
}

/** Several addresses of a host fail together as one error, which has the code of the first. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // undici's parser has codes by numbers that it doesn't always know a name of.
  if (error.name === 'HTTPParserError') return 'HPE_';
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
