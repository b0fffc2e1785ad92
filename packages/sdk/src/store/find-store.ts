import { statSync } from 'node:fs';
import { join } from 'node:path';
import { schemeOf } from '@cairn/core';
import { locateStore } from './locate-store.js';

/**
 * Where the store is that `init` and `Api` would use, and whether there is one; for who wants to say so, or doesn't want to
 * make one by looking. Of a server nothing is asked: it counts as there.
 *
 * @param store As `WorkspaceOptions.store`.
 * @throws CairnError `path_invalid` when a file is where the store's folder should be.
 */
export function findStore(store?: string | URL): { readonly location: string; readonly exists: boolean } {
  const named = store ?? (process.env.CAIRN_STORE || undefined);
  const scheme = named === undefined ? undefined : schemeOf(String(named));
  if (scheme === 'http' || scheme === 'https')
    return { location: withoutSecrets(String(named)), exists: true };
  const location = locateStore(store);
  return { location, exists: statSync(join(location, 'FORMAT'), { throwIfNoEntry: false }) !== undefined };
}

function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
