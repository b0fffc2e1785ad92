import type { Role } from '@cairn/store';

/** Where a route finds the project that it is about. */
export type ProjectPlace = 'path' | 'run' | 'version' | 'start';

/** Who may use a route. Every route has one, and says it where it is declared. */
export type Rule =
  /** Everybody. */
  | { readonly kind: 'public' }
  /** Whoever has a key; the route shows no more than what the key opens. */
  | { readonly kind: 'key' }
  /** Who has this role in the project that the route is about. */
  | { readonly kind: 'project'; readonly role: Role; readonly of: ProjectPlace }
  /** Who has this role in all of the entity in the path. */
  | { readonly kind: 'entity'; readonly role: Role }
  /** Server admins. */
  | { readonly kind: 'admin' };

export const everybody: Rule = { kind: 'public' };
export const anyKey: Rule = { kind: 'key' };
export const serverAdmin: Rule = { kind: 'admin' };

export function inProject(role: Role, of: ProjectPlace = 'path'): Rule {
  return { kind: 'project', role, of };
}

export function inEntity(role: Role): Rule {
  return { kind: 'entity', role };
}

const ranks: Record<Role, number> = { read: 1, write: 2, admin: 3 };

/** Whether a role allows what another one is needed for. */
export function allows(role: Role | undefined, needed: Role): boolean {
  return role !== undefined && ranks[role] >= ranks[needed];
}
