import type { Store } from '@cairn/core';
import type { HeldStore } from './store-access.js';

/** How long a store stays open for the next call, in milliseconds. */
const lingerMs = 1000;

interface SharedStore {
  readonly opening: Promise<Store>;
  users: number;
  closing?: NodeJS.Timeout;
}

/** The open stores of this process by folder. Only the connection is shared, nothing of a run. */
const stores = new Map<string, SharedStore>();

export async function holdSharedStore(folder: string): Promise<HeldStore> {
  const shared = stores.get(folder) ?? open(folder);
  shared.users++;
  clearTimeout(shared.closing);
  const store = await shared.opening;
  let isReleased = false;
  return {
    store,
    async release({ linger = false } = {}) {
      if (isReleased) return;
      isReleased = true;
      shared.users--;
      if (shared.users > 0) return;
      const close = async () => {
        stores.delete(folder);
        await store.close();
      };
      if (!linger) return close();
      shared.closing = setTimeout(() => close().catch(() => undefined), lingerMs).unref();
    },
  };
}

function open(folder: string): SharedStore {
  // Loaded here so that importing the sdk costs nothing of it.
  const opening = import('@cairn/store').then(({ openStore }) => openStore(folder));
  const shared: SharedStore = { opening, users: 0 };
  stores.set(folder, shared);
  opening.catch(() => {
    if (stores.get(folder) === shared) stores.delete(folder);
  });
  return shared;
}
