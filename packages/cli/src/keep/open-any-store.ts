import type { LocalStore } from '@cairn/store';
import type { Invocation } from '../invocation.js';
import { teamOf } from '../server/team-of.js';
import { withFolderStore } from './open-folder-store.js';

/** Opens the store in its folder, or that of a team, and closes it afterwards. @throws As `storeFolder`. */
export async function withAnyStore<T>(
  invocation: Invocation,
  what: string,
  use: (store: Pick<LocalStore, 'verify'>) => Promise<T>,
): Promise<T> {
  const team = teamOf(invocation.options);
  if (team === undefined) return withFolderStore(invocation, what, use);
  const { openTeam } = await import('../server/open-team.js');
  const { store, close } = await openTeam({ ...team, env: invocation.env });
  try {
    return await use(store);
  } finally {
    await close();
  }
}
