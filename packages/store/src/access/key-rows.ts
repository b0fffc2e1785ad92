import { CairnError, type Place } from '@cairn/core';
import { toTime } from '../catalog/version-rows.js';
import type { Row } from '../sql/step.js';
import { fromStoredJson } from '../sql/stored-json.js';
import type { KeyRecord, Principal, Role, Scope } from './principal.js';
import { isForEverything, lesser, roleByScopes } from './roles.js';

/** What every statement that answers with keys selects, as `k`, with their owners, as `u`. */
export const keyColumns = `k.id, k.name, k.start, k.scopes, k.created_by, k.created_at, k.expires_at, k.revoked_at,
  k.last_used_at, u.name AS user_name, u.is_admin, u.disabled_at`;

/** Of the owner, for {@link toPrincipal}. No name has a slash or a space. */
export const memberships = `(SELECT string_agg(m.entity || '/' || m.role, ' ') FROM members m WHERE m.user_id = u.id)
  AS memberships`;

export function toKeyRecord(row: Row): KeyRecord {
  return {
    id: toKeyId(Number(row.id)),
    user: String(row.user_name),
    name: String(row.name),
    start: String(row.start),
    scopes: fromStoredJson<Scope[]>(row.scopes),
    ...(row.created_by === null ? {} : { createdBy: String(row.created_by) }),
    createdAt: toTime(row.created_at),
    ...(row.expires_at === null ? {} : { expiresAt: toTime(row.expires_at) }),
    ...(row.revoked_at === null ? {} : { revokedAt: toTime(row.revoked_at) }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: toTime(row.last_used_at) }),
  };
}

export function toPrincipal(row: Row): Principal {
  const key = toKeyRecord(row);
  const isAdmin = Number(row.is_admin) === 1;
  const roles = new Map<string, Role>();
  for (const membership of String(row.memberships ?? '').split(' ')) {
    const [entity = '', role] = membership.split('/');
    if (role !== undefined) roles.set(entity, role as Role);
  }
  return {
    key,
    user: key.user,
    isAdmin: isAdmin && key.scopes.some(isForEverything),
    get places() {
      const isFor = (entity: string) => isAdmin || roles.has(entity);
      if (!key.scopes.some(({ entity }) => entity === '*')) {
        return key.scopes.filter(({ entity }) => isFor(entity)).map(toPlace);
      }
      return isAdmin ? undefined : [...roles.keys()].map((entity) => ({ entity }));
    },
    roleIn: (place) => lesser(roleByScopes(key.scopes, place), isAdmin ? 'admin' : roles.get(place.entity)),
  };
}

function toPlace({ entity, project }: Scope): Place {
  return project === '*' ? { entity } : { entity, project };
}

/** @throws CairnError `unauthenticated` when a key was ended in one way or another. */
export function checkAccepted(row: Row, at: number): void {
  if (row.revoked_at !== null) throw notAccepted(`this key was revoked at ${toTime(row.revoked_at)}`);
  if (row.expires_at !== null && Number(row.expires_at) <= at) {
    throw notAccepted(`this key expired at ${toTime(row.expires_at)}`);
  }
  if (row.disabled_at !== null) throw notAccepted('the user of this key is disabled');
}

export function notAccepted(problem: string): CairnError {
  return new CairnError('unauthenticated', problem, {
    hint: 'Ask whoever manages the server for another key.',
  });
}

function toKeyId(row: number): string {
  return `key:${row}`;
}

/** The row that a public id means, or -1 if it can't mean any. */
export function fromKeyId(id: string): number {
  const digits = /^key:([1-9][0-9]{0,14})$/.exec(id)?.[1];
  return digits === undefined ? -1 : Number(digits);
}
