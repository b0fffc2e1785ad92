import { CairnError } from '@cairn/core';
import type { AccessCatalog, Principal, Role } from '@cairn/store';
import { malformed } from '../http/http-failure.js';

/** Who sent a request. @throws CairnError `unauthenticated`. */
export type Authenticate = (request: Request) => Promise<Principal>;

/** The keys of the store, as `Authorization: Bearer`. */
export function byKey(access: AccessCatalog): Authenticate {
  return (request) => access.authenticate(keyOf(request));
}

/** Everybody may do everything: for one person at one machine. */
export function withoutKeys(): Authenticate {
  const everything = knownAs('local', 'admin');
  return async (request) => {
    refuseOtherSites(request);
    return everything;
  };
}

/** Nobody, as whom everybody may use what is public. */
export const nobody: Principal = knownAs('nobody', undefined);

function knownAs(user: string, role: Role | undefined): Principal {
  return {
    key: { id: user, user, name: user, start: '', scopes: [], createdAt: new Date(0).toISOString() },
    user,
    isAdmin: role === 'admin',
    roleIn: () => role,
  };
}

function keyOf(request: Request): string {
  const header = request.headers.get('authorization');
  if (header === null) throw keyMissing();
  const [, secret] = /^Bearer +(\S+)$/i.exec(header) ?? [];
  if (secret === undefined) throw keyMissing();
  return secret;
}

function keyMissing(): CairnError {
  return new CairnError('unauthenticated', 'this needs an API key', {
    hint: 'Send it as: Authorization: Bearer cairn_…',
  });
}

const credentials: ReadonlySet<string> = new Set([
  'key',
  'api_key',
  'apikey',
  'token',
  'access_token',
  'authorization',
]);

/** A URL ends up in histories and logs; and of two keys nobody could say which one counts. */
export function refuseKeyInUrl(name: string): void {
  if (!credentials.has(name.toLowerCase())) return;
  throw malformed(
    'a key must not be in the URL',
    'Send it as a header only, and replace the key: URLs are written down.',
  );
}

/** Without keys, a page of another site must not do through a browser what its reader may do. */
function refuseOtherSites(request: Request): void {
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  const own = new URL(request.url);
  const isOwn =
    (site === null || site === 'same-origin' || site === 'none') &&
    (origin === null || origin === own.origin);
  if (isOwn && isLoopback(own.hostname)) return;
  throw new CairnError(
    'forbidden',
    'a server without keys answers only this machine, and no pages of other sites',
    {
      hint: 'Start it with keys.',
    },
  );
}

/** Whether a host is this machine and nothing else can reach it there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(host);
}
