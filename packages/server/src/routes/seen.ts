import type { ProjectRef } from '@cairn/core';
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

type Places = { readonly entity?: string | undefined; readonly project?: string | undefined };

/** A query, narrowed to where the key of who asks could see something at all, so that less is looked at in vain. */
export function narrowed<Query extends Places>(query: Query, principal: Principal): Query {
  const [scope, ...others] = principal.key.scopes;
  if (scope === undefined || others.length > 0 || scope.entity === '*') return query;
  const { entity = scope.entity, project = scope.project === '*' ? undefined : scope.project } = query;
  return { ...query, entity, ...(project === undefined ? {} : { project }) };
}
