import { statSync } from 'node:fs';
import { join } from 'node:path';
import { checkMode, locateStore, nearestStore } from './locate-store.js';

/**
 * Where the store is that `init` and `Api` would use, and whether there is one; for who wants to say so, or doesn't want to
 * make one by looking. Of a server nothing is asked: it counts as there.
 *
 * @param store As `WorkspaceOptions.store`.
 * @param options.mode As `WorkspaceOptions.mode`.
 * @throws CairnError `path_invalid` when a file is where the store's folder should be; `uri_invalid`, `name_invalid` (the
 * mode).
 */
export function findStore(
  store?: string | URL,
  { mode }: { readonly mode?: 'online' | 'offline' | undefined } = {},
): { readonly location: string; readonly exists: boolean } {
  const named = locateStore(store);
  const isOffline = checkMode(mode) === 'offline';
  const location = named.kind === 'server' && isOffline ? nearestStore() : named;
  if (location.kind === 'server') return { location: location.url, exists: true };
  const { path } = location;
  return { location: path, exists: statSync(join(path, 'FORMAT'), { throwIfNoEntry: false }) !== undefined };
}
