import { CairnError, codeOfStatus, type ErrorCode, networkFailure, quote } from '@cairn/core';

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

/** What a failed exchange means. What is no failure of one comes back as it is, and an abort as its reason. */
export function transportFailure(error: unknown, location: string, signal: AbortSignal | undefined): unknown {
  return networkFailure(error, `can't talk to ${quote(location)}`, signal);
}
