import { CairnError, quote } from '@cairn/core';

/** Where a server is. */
export interface ServerAddress {
  readonly origin: string;
  /** Before the path of every route: empty, or `/base`. */
  readonly basePath: string;
  /** For messages. */
  readonly location: string;
}

/** @throws CairnError `uri_invalid`. */
export function parseAddress(url: string | URL): ServerAddress {
  const text = String(url);
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw invalid(text, 'it is no http(s) URL');
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw invalid(
      text,
      'it has credentials, which don’t belong in a URL',
      'Give the key as { apiKey } or in CAIRN_API_KEY.',
    );
  }
  if (parsed.search !== '' || parsed.hash !== '') throw invalid(text, 'it has a query or a fragment');
  const basePath = parsed.pathname.replace(/\/+$/, '');
  return { origin: parsed.origin, basePath, location: parsed.origin + basePath };
}

function invalid(text: string, problem: string, hint?: string): CairnError {
  return new CairnError('uri_invalid', `${quote(text)} can't be the address of a server: ${problem}`, {
    hint:
      hint ??
      'Write it as https://cairn.example.com, with the path that the server is mounted under, if any.',
  });
}

/** Refuses a key that no server could have made, which HTTP could not carry. @throws CairnError `unauthenticated`. */
export function checkKey(apiKey: string | undefined): void {
  if (apiKey === undefined || /^[\x21-\x7e]{1,512}$/.test(apiKey)) return;
  throw new CairnError('unauthenticated', 'the API key has spaces or characters that no key has', {
    hint: 'Copy it again, as it was shown when it was made: cairn_ and letters and digits.',
  });
}
