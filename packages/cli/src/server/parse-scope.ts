import { checkName } from '@cairn/core';
import type { Role, Scope } from '@cairn/store';
import { UsageError } from '../failure/usage-error.js';

const roles: readonly string[] = ['read', 'write', 'admin'] satisfies Role[];

/**
 * Reads `[entity/]project:role`; `entity/*` means all of its projects, `*` everything.
 *
 * @param entity The one that is meant where none is named.
 * @throws UsageError; CairnError `name_invalid`.
 */
export function parseScope(text: string, entity: string): Scope {
  const [, place = '', role = ''] = /^(.*):([a-z]+)$/s.exec(text) ?? [];
  if (!roles.includes(role)) {
    throw new UsageError(
      `"${text}" is no scope`,
      'Write [entity/]project:role, with the role read, write or admin.',
    );
  }
  const asked = { role: role as Role };
  if (place === '*') return { entity: '*', project: '*', ...asked };
  const [project = '', owner = entity, ...more] = place.split('/').reverse();
  if (more.length > 0) throw new UsageError(`"${text}" has too many parts`, 'Write [entity/]project:role.');
  return {
    entity: checkName(owner, 'entity'),
    project: project === '*' ? project : checkName(project, 'project'),
    ...asked,
  };
}
