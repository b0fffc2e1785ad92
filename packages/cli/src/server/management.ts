import type { Account } from '@cairn/remote';
import { findStore } from '@cairn/sdk';
import type { LocalStore } from '@cairn/store';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import { withFolderStore } from '../keep/open-folder-store.js';
import { isUrl } from '../settings/settings.js';

/** What keys and projects are managed by, at a server or in the folder of a store. */
export type Management = Omit<Account, 'info' | 'whoAmI' | 'setUp' | 'close'>;

/** Manages what the store is: whoever has its folder may do everything. */
export async function withManagement<T>(
  invocation: Invocation,
  use: (management: Management) => Promise<T>,
): Promise<T> {
  const place = invocation.workspace();
  if (isUrl(findStore(place.store, place).location)) return withAccount(invocation, use);
  return withFolderStore(invocation, 'this', (store) => use(ofFolder(store)));
}

/** Asks the server. @throws UsageError when the store is none. */
export async function withAccount<T>(
  { workspace, env }: Invocation,
  use: (account: Account) => Promise<T>,
): Promise<T> {
  const place = workspace();
  const { location } = findStore(place.store, place);
  if (!isUrl(location)) {
    throw new UsageError(
      `the store is the folder ${location}, which needs no login`,
      'Name a server with --host, or with: cairn login URL',
    );
  }
  const { openAccount } = await import('@cairn/remote');
  const account = openAccount({ url: location, apiKey: place.apiKey ?? (env.CAIRN_API_KEY || undefined) });
  try {
    return await use(account);
  } finally {
    await account.close();
  }
}

function ofFolder({ access }: LocalStore): Management {
  return {
    listKeys: (query = {}, options) => access.listKeys(query, options),
    async createKey({ user, ...key }, options) {
      if (user === undefined) throw new UsageError('a key needs somebody whose it is', 'Say it with --user.');
      return access.createKey({ ...key, user }, {}, options);
    },
    revokeKey: (id, options) => access.revokeKey(id, {}, options),
    listProjects: (query, options) => access.listProjects(undefined, query, options),
    createProject: (project, options) => access.createProject(project, {}, options),
    deleteProject: (project, options) => access.deleteProject(project, {}, options),
  };
}
