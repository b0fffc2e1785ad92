import { checkName } from '@cairn/core';
import { UsageError } from '../failure/usage-error.js';
import type { Place } from '../invocation.js';

/** A collection by its name, and the place with the entity and project that the name says. */
export interface NamedPlace {
  readonly name: string;
  readonly place: Place;
}

/** Reads `[[entity/]project/]name`. @throws UsageError; CairnError `name_invalid`. */
export function readCollectionName(text: string, place: Place): NamedPlace {
  const [name = '', project, entity, ...more] = text.split('/').reverse();
  if (more.length > 0) throw new UsageError(`"${text}" has too many parts`, 'Write [[entity/]project/]name.');
  return {
    name: checkName(name),
    place: {
      ...place,
      ...(project === undefined ? {} : { project: checkName(project, 'project') }),
      ...(entity === undefined ? {} : { entity: checkName(entity, 'entity') }),
    },
  };
}
