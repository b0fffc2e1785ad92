import { CairnError, checkName, quote } from '@cairn/core';
import type { Actor, NewKey, Role, Scope } from './principal.js';

const ranks: ReadonlyMap<string, number> = new Map([
  ['read', 1],
  ['write', 2],
  ['admin', 3],
]);
const maxScopes = 100;

/** All of an entity where no project is given. */
export interface Place {
  readonly entity: string;
  readonly project?: string | undefined;
}

function includes(role: Role | undefined, wanted: Role): boolean {
  return role !== undefined && rank(role) >= rank(wanted);
}

/** The lesser of two. */
export function lesser(a: Role | undefined, b: Role | undefined): Role | undefined {
  if (a === undefined || b === undefined) return undefined;
  return rank(a) < rank(b) ? a : b;
}

/** The most that some scopes allow in a place. */
export function roleByScopes(scopes: readonly Scope[], place: Place): Role | undefined {
  let most: Role | undefined;
  for (const scope of scopes) if (covers(scope, place) && !includes(most, scope.role)) most = scope.role;
  return most;
}

export function isForEverything({ entity, role }: Scope): boolean {
  return entity === '*' && role === 'admin';
}

function covers(scope: Scope, { entity, project }: Place): boolean {
  if (scope.entity === '*') return true;
  return scope.entity === entity && (scope.project === '*' || scope.project === project);
}

function rank(role: Role): number {
  return ranks.get(role) ?? 0;
}

/** @throws CairnError `name_invalid`. */
export function checkRole(role: Role): Role {
  if (ranks.has(role)) return role;
  throw new CairnError('name_invalid', `${quote(String(role))} is no role`, {
    hint: 'Choose "read", "write" or "admin".',
  });
}

/** Returns a copy that holds only what may be stored. @throws CairnError `name_invalid`. */
export function checkScopes(scopes: readonly Scope[]): Scope[] {
  if (!Array.isArray(scopes) || scopes.length === 0 || scopes.length > maxScopes) {
    throw new CairnError('name_invalid', `a key needs 1–${maxScopes} scopes`, {
      hint: 'Say what it is for, such as { entity: "local", project: "*", role: "read" }.',
    });
  }
  return scopes.map(({ entity, project, role }) => {
    if (entity !== '*') checkName(entity, 'entity');
    if (project !== '*') checkName(project, 'project');
    if (entity === '*' && project !== '*') {
      throw new CairnError('name_invalid', `${quote(project)} of all entities can't be a scope`, {
        hint: 'Name the entity, or make the project "*" too.',
      });
    }
    return { entity, project, role: checkRole(role) };
  });
}

/** @throws CairnError `forbidden` to all but server admins and whoever has the machine. */
export function requireAdmin({ principal }: Actor, what: string): void {
  if (principal === undefined || principal.isAdmin) return;
  throw new CairnError('forbidden', `this key may not ${what}`, {
    hint: "Use a server admin's key with the scope */* admin.",
  });
}

/** @throws CairnError `forbidden` with a lesser role; `not_found` without any, as for what doesn't exist. */
export function requireRole({ principal }: Actor, place: Place, role: Role): void {
  if (principal === undefined) return;
  const own = principal.roleIn(place);
  if (includes(own, role)) return;
  const name = nameOf(place);
  if (own === undefined) throw noPlace(place);
  throw new CairnError('forbidden', `this key may only ${own} in ${quote(name)}`, {
    hint: `Use a key with the scope ${place.project === undefined ? `${name}/*` : name} ${role}, of a user who has that role.`,
  });
}

/** For what does not exist, and for what must look as if it did not. */
export function noPlace(place: Place): CairnError {
  const what = place.project === undefined ? 'entity' : 'project';
  return new CairnError('not_found', `there is no ${what} ${quote(nameOf(place))}, or no access to it`, {
    hint: 'Check the name, and what the key is for.',
  });
}

export function nameOf({ entity, project }: Place): string {
  return project === undefined ? entity : `${entity}/${project}`;
}

/**
 * A key makes no keys that open more, or longer, than itself: who found it could not be locked out by revoking it.
 *
 * @throws CairnError `forbidden`.
 */
export function checkGrant({ user, scopes, expiresAt }: NewKey, { principal }: Actor): void {
  if (principal === undefined || principal.isAdmin) return;
  if (user !== principal.user) throw mayNotGrant(`a key of ${quote(user)}`);
  for (const scope of scopes) {
    // A scope is within another one as a project of the name `*` would be.
    if (roleByScopes(principal.key.scopes, scope) !== 'admin') {
      throw mayNotGrant(`a key for ${quote(`${nameOf(scope)} ${scope.role}`)}`);
    }
  }
  const end = principal.key.expiresAt;
  if (end !== undefined && (expiresAt === undefined || Date.parse(expiresAt) > Date.parse(end))) {
    throw mayNotGrant(`a key that outlives it (${end})`);
  }
}

function mayNotGrant(what: string): CairnError {
  return new CairnError('forbidden', `this key may not make ${what}`, {
    hint: 'A key makes keys of its own user, within those of its scopes that have the role admin.',
  });
}
