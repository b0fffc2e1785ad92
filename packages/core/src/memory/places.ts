import type { Place } from '../query.js';
import type { ProjectRef } from '../seams/store.js';

/** Whether a project is in one of some places; where none are named, it is. */
export function isWithin({ entity, project }: ProjectRef, places: readonly Place[] | undefined): boolean {
  return (
    places === undefined ||
    places.some((place) => place.entity === entity && (place.project ?? project) === project)
  );
}
