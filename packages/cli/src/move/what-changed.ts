import { CairnError } from '@cairn/core';
import { Api, type LoggedVersion } from '@cairn/sdk';
import type { Place } from '../invocation.js';

/** How a new version differs from the one before it, in entries. */
export interface Changes {
  readonly added: number;
  readonly changed: number;
  readonly moved: number;
  readonly removed: number;
  readonly same: number;
}

/** Compares a version that was just made with the one before; `undefined` when that is none, or was deleted. */
export async function whatChanged(
  place: Place,
  version: LoggedVersion<object>,
  signal: AbortSignal,
): Promise<Changes | undefined> {
  const number = Number(version.version.slice(1));
  if (number === 0) return undefined;
  const { entity, project, name } = version;
  try {
    const before = await new Api(place).artifact(`${entity}/${project}/${name}:v${number - 1}`, { signal });
    const diff = await before.diff(version, { signal });
    const [added, changed, moved, removed] = [diff.added, diff.changed, diff.moved, diff.removed].map(
      ({ length }) => length,
    ) as [number, number, number, number];
    return { added, changed, moved, removed, same: version.entryCount - added - changed - moved };
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return undefined;
    throw error;
  }
}
