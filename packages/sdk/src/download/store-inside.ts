import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { CairnError, quote, type Store } from '@cairn/core';

/**
 * Refuses to mirror a version into a folder that holds the store: what is removed as strange would be all versions.
 *
 * @param root A folder that exists.
 * @throws CairnError `path_conflict`.
 */
export async function refuseStoreInside(root: string, { location }: Store): Promise<void> {
  // The location of a store that is no folder is no path either.
  const store = await realpath(location).catch(() => undefined);
  if (store === undefined || !`${store}${sep}`.startsWith(`${await realpath(root)}${sep}`)) return;
  throw new CairnError('path_conflict', `${quote(root)} holds the store: { exact: true } would remove it`, {
    hint: 'Choose a folder of its own for the files.',
  });
}
