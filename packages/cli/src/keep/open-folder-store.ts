import { CairnError } from '@cairn/core';
import { findStore } from '@cairn/sdk';
import type { LocalStore } from '@cairn/store';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import { isUrl } from '../settings/settings.js';

/** Where the folder of the store is. @throws UsageError when the store is a server; CairnError `not_found`. */
export function storeFolder({ workspace }: Invocation, what: string): string {
  const place = workspace();
  const { location, exists } = findStore(place.store, place);
  if (isUrl(location)) {
    throw new UsageError(
      `${what} needs the store's folder, and ${location} is a server`,
      'Do it on the server’s machine, with --store FOLDER.',
    );
  }
  if (exists) return location;
  throw new CairnError('not_found', `there is no store at ${location}`, { hint: 'Name one with --store.' });
}

/** Opens the store as the folder it is, and closes it afterwards. @throws As {@link storeFolder}. */
export async function withFolderStore<T>(
  invocation: Invocation,
  what: string,
  use: (store: LocalStore) => Promise<T>,
): Promise<T> {
  const folder = storeFolder(invocation, what);
  const { encryptionFromEnv, openStore } = await import('@cairn/store');
  const store = await openStore(folder, { create: false, encryption: encryptionFromEnv(invocation.env) });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
