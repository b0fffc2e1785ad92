import { resolve } from 'node:path';
import { findStore } from '@cairn/sdk';
import type { ServedStore } from '@cairn/server';
import { encryptionFromEnv, openStore } from '@cairn/store';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import { isUrl } from '../settings/settings.js';
import { teamOf } from './team-of.js';

export interface OpenedStore<Opened = ServedStore> {
  readonly store: Opened;
  /** The folder or the bucket. */
  readonly location: string;
  close(): Promise<void>;
}

/** Opens what `cairn serve` serves: the store in a folder, or with `--bucket` the one of a team. */
export async function openServedStore({ options, env, workspace }: Invocation): Promise<OpenedStore> {
  const data = options.text('data');
  const team = teamOf(options);
  if (team !== undefined) {
    if (data !== undefined) throw new UsageError('the store is in a folder or in a bucket, not in both');
    const { openTeam } = await import('./open-team.js');
    return openTeam({ ...team, env });
  }
  const folder = dataFolder(data, workspace().store);
  const store = await openStore(folder, { encryption: encryptionFromEnv(env) });
  return { store, location: folder, close: () => store.close() };
}

function dataFolder(data: string | undefined, store: string | undefined): string {
  if (data !== undefined) return resolve(data);
  if (store !== undefined && isUrl(store)) {
    throw new UsageError(`${store} is a server already`, 'Name the folder to serve, with --data.');
  }
  return findStore(store).location;
}
