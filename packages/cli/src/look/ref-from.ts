import type { Settings } from '../settings/settings.js';

/** A version, or without its number a collection. */
export interface Addressed {
  readonly entity: string;
  readonly project: string;
  readonly name: string;
  /** Such as `v3`. */
  readonly version?: string;
}

/** What a later command has to be given to mean the same, as short as the settings allow: flags don't hold for it. */
export function refFrom({ values }: Settings, { entity, project, name, version }: Addressed): string {
  const lasting = (key: 'entity' | 'project') =>
    values[key]?.source === 'flag' ? undefined : values[key]?.value;
  const last = version === undefined ? name : `${name}:${version}`;
  if (entity !== (lasting('entity') ?? 'local')) return `${entity}/${project}/${last}`;
  return project === (lasting('project') ?? 'default') ? last : `${project}/${last}`;
}
