import type { PlannedRequest } from '../protocol/index.js';

/** What a bucket wants signed. Nothing else that a server asks for is sent to anybody. */
const knownHeaders: Readonly<Record<'GET' | 'PUT', RegExp>> = {
  GET: /^(?:range|x-amz-[a-z0-9-]+|x-goog-[a-z0-9-]+)$/,
  PUT: /^(?:content-length|if-none-match|x-amz-[a-z0-9-]+|x-goog-[a-z0-9-]+)$/,
};

/**
 * Whether a request that a server wants made may be: not in the clear, unless the server is asked in the clear, or nothing is
 * written and it stays on this machine; and with nothing to it but what a bucket wants.
 */
export function isSafe(
  method: 'GET' | 'PUT',
  { url, headers }: PlannedRequest,
  { origin }: { readonly origin: string },
): boolean {
  if (!URL.canParse(url) || !Object.keys(headers).every((name) => knownHeaders[method].test(name)))
    return false;
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') return false;
  if (protocol === 'https:') return true;
  // Whatever else listens on this machine may take what is written to it for something.
  return protocol === 'http:' && (origin.startsWith('http:') || (method === 'GET' && isLoopback(hostname)));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
