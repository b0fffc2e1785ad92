import type { Place, ProjectRef, QueryScope } from '@cairn/core';
import type { Principal } from '@cairn/store';

/** Whether somebody may see what is in a project. Asked once for each project. */
export function sight(principal: Principal): (of: ProjectRef) => boolean {
  const known = new Map<string, boolean>();
  return ({ entity, project }) => {
    if (principal.isAdmin) return true;
    const name = `${entity}/${project}`;
    let sees = known.get(name);
    if (sees === undefined) {
      sees = principal.roleIn({ entity, project }) !== undefined;
      known.set(name, sees);
    }
    return sees;
  };
}

/** An entity, a project, one of the other, or anywhere. */
type Where = Pick<QueryScope, 'entity' | 'project'>;

/**
 * A query, narrowed to where who asks may see something: nothing else is looked at, nor can a list go on behind what is elsewhere,
 * which would tell that it is there.
 */
export function narrowed<Query extends QueryScope>(query: Query, principal: Principal): Query {
  const { isAdmin, places } = principal;
  if (isAdmin || places === undefined) return query;
  const seen: Place[] = [];
  for (const one of query.within ?? [{}]) {
    const asked = both(query, one);
    for (const place of asked === undefined ? [] : places) {
      const { entity, project } = both(asked as Where, place) ?? {};
      if (entity !== undefined) seen.push({ entity, project });
    }
  }
  return { ...query, ...(seen.length === 1 ? seen[0] : {}), within: seen };
}

/** What lies in both; `undefined` when nothing can. */
function both(a: Where, b: Where): Where | undefined {
  const differ = (one: string | undefined, other: string | undefined) =>
    one !== undefined && other !== undefined && one !== other;
  if (differ(a.entity, b.entity) || differ(a.project, b.project)) return undefined;
  return { entity: a.entity ?? b.entity, project: a.project ?? b.project };
}
