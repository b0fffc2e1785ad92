import type { Store } from '@cairn/core';
import type { HeldStore } from './store-access.js';

/** How long a store stays open for the next call, in milliseconds. */
const lingerMs = 1000;

interface SharedStore {
  readonly opening: Promise<Store>;
  users: number;
  closing?: NodeJS.Timeout;
}

/** The open stores of this process by where they are. Only the connection is shared, nothing of a run. */
const stores = new Map<string, SharedStore>();

/** @param key Equal for those who may share a store. */
export async function holdSharedStore(key: string, open: () => Promise<Store>): Promise<HeldStore> {
  const shared = stores.get(key) ?? share(key, open());
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
        stores.delete(key);
        await store.close();
      };
      if (!linger) return close();
      shared.closing = setTimeout(() => close().catch(() => undefined), lingerMs).unref();
    },
  };
}

function share(key: string, opening: Promise<Store>): SharedStore {
  const shared: SharedStore = { opening, users: 0 };
  stores.set(key, shared);
  opening.catch(() => {
    if (stores.get(key) === shared) stores.delete(key);
  });
  return shared;
}
