import type { ProjectRef } from '@cairn/core';
import type { Role, Scope } from '../src/access/principal.js';

/** Who may do what and who has what, in so few words that they are seen to be right. */
export interface Model {
  now: number;
  readonly users: Map<string, { isAdmin: boolean; isDisabled: boolean }>;
  /** By `user/entity`. */
  readonly members: Map<string, Role>;
  readonly keys: ModelKey[];
  /** The contents that projects have, by {@link nameOf}. */
  readonly linked: Map<string, Set<number>>;
  readonly versions: ModelVersion[];
  /** The projects in which anything was ever stored. */
  readonly known: Set<string>;
}

export interface ModelKey {
  readonly id: string;
  readonly secret: string;
  readonly user: string;
  readonly scopes: readonly Scope[];
  readonly end: number;
  isRevoked: boolean;
}

export interface ModelVersion {
  readonly id: string;
  readonly project: string;
  readonly content: number;
  isDeleted: boolean;
  /** Garbage was collected since it was deleted. */
  mayBeGone: boolean;
  /** Logged without a server, and not asked for since. */
  isPending: boolean;
}

const ranks: readonly (Role | undefined)[] = [undefined, 'read', 'write', 'admin'];

export function newModel(now: number): Model {
  return {
    now,
    users: new Map(),
    members: new Map(),
    keys: [],
    linked: new Map(),
    versions: [],
    known: new Set(),
  };
}

export function nameOf({ entity, project }: ProjectRef): string {
  return `${entity}/${project}`;
}

export function isAccepted({ users, now }: Model, { user, end, isRevoked }: ModelKey): boolean {
  return !isRevoked && now < end && users.get(user)?.isDisabled !== true;
}

export function isAdmin({ users }: Model, { user, scopes }: ModelKey): boolean {
  return users.get(user)?.isAdmin === true && scopes.some((scope) => scopeName(scope) === '*/* admin');
}

export function roleOf(model: Model, { user, scopes }: ModelKey, place: ProjectRef): Role | undefined {
  const owned = model.users.get(user)?.isAdmin ? 'admin' : model.members.get(`${user}/${place.entity}`);
  return ranks[Math.min(ranks.indexOf(owned), byScopes(scopes, place))];
}

/** Whether a key may make another one. */
export function mayMake(
  model: Model,
  maker: ModelKey,
  user: string,
  scopes: readonly Scope[],
  end: number,
): boolean {
  if (isAdmin(model, maker)) return true;
  const mayGive = (scope: Scope) => byScopes(maker.scopes, scope) === 3;
  return user === maker.user && end <= maker.end && scopes.every(mayGive);
}

/** How much scopes allow in a project, or in all of an entity, whose name then is `*`. */
function byScopes(scopes: readonly Scope[], { entity, project }: ProjectRef): number {
  const fits = (scope: Scope) =>
    ['*/*', `${entity}/*`, `${entity}/${project}`].includes(`${scope.entity}/${scope.project}`);
  return Math.max(0, ...scopes.filter(fits).map(({ role }) => ranks.indexOf(role)));
}

function scopeName({ entity, project, role }: Scope): string {
  return `${entity}/${project} ${role}`;
}

export function give({ linked }: Model, project: string, content: number): void {
  linked.set(project, (linked.get(project) ?? new Set()).add(content));
}

/** Whether a project has something. When it hasn't, what was logged without a server is looked at. */
export function has(model: Model, project: string, content: number): boolean {
  if (model.linked.get(project)?.has(content)) return true;
  for (const version of model.versions) {
    if (version.project !== project || !version.isPending) continue;
    if (!version.isDeleted) give(model, project, version.content);
    version.isPending = false;
  }
  return model.linked.get(project)?.has(content) === true;
}

/** What no version needs is gone, for all. */
export function collectGarbage({ linked, versions }: Model): void {
  for (const version of versions) version.mayBeGone ||= version.isDeleted;
  const needed = new Set(versions.filter(({ isDeleted }) => !isDeleted).map(({ content }) => content));
  for (const contents of linked.values()) {
    for (const content of contents) if (!needed.has(content)) contents.delete(content);
  }
}
