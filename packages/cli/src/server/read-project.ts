import { checkName, type ProjectRef } from '@cairn/core';
import { UsageError } from '../failure/usage-error.js';
import type { Settings } from '../settings/settings.js';

/** Reads `[entity/]project`. @throws UsageError; CairnError `name_invalid`. */
export function readProject(text: string, { values }: Settings): ProjectRef {
  const [project = '', entity = values.entity?.value ?? 'local', ...more] = text.split('/').reverse();
  if (more.length > 0) throw new UsageError(`"${text}" has too many parts`, 'Write [entity/]project.');
  return { entity: checkName(entity, 'entity'), project: checkName(project, 'project') };
}
