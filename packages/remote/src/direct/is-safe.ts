import type { PlannedPart } from '../protocol/index.js';

/** What a bucket wants signed. Nothing else that a server asks for is sent to anybody. */
const knownHeaders = /^(?:range|x-amz-[a-z0-9-]+|x-goog-[a-z0-9-]+)$/;

/**
 * Whether a request that a server wants made may be: not in the clear, unless the server is asked in the clear or it stays on this
 * machine; and with nothing to it but what a bucket wants.
 */
export function isSafe(
  { url, headers }: NonNullable<PlannedPart['request']>,
  { origin }: { readonly origin: string },
): boolean {
  if (!URL.canParse(url) || !Object.keys(headers).every((name) => knownHeaders.test(name))) return false;
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') return false;
  if (protocol === 'https:') return true;
  return protocol === 'http:' && (origin.startsWith('http:') || isLoopback(hostname));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
