import { CairnError } from '../errors.js';
import { quote } from '../printable.js';

export interface Part<T> {
  /** The name of an item to begin behind, whether it is listed or not. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
  readonly nameOf: (item: T) => string;
  /** Default: all are. */
  readonly isListed?: (item: T) => boolean;
}

/** The part of a list that a query asks for. @throws CairnError `not_found` when nothing is there to begin behind. */
export function partOf<T>(
  items: readonly T[],
  { after, limit, nameOf, isListed = () => true }: Part<T>,
): readonly T[] {
  const at = after === undefined ? -1 : items.findIndex((item) => nameOf(item) === after);
  if (after !== undefined && at === -1) {
    throw new CairnError('not_found', `the list can't go on behind ${quote(after)}, which is not there`, {
      hint: 'List from the beginning.',
    });
  }
  return items
    .slice(at + 1)
    .filter(isListed)
    .slice(0, limit);
}
