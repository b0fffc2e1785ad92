import type { Store } from '@cairn/core';
import { holdSharedStore } from './shared-stores.js';

/** A store that is open until it is released. */
export interface HeldStore {
  readonly store: Store;
  /**
   * Idempotent. If nobody else uses the store it is closed, either before the promise resolves or, for one who is likely
   * to be back at once, a moment later.
   */
  release(options?: { readonly linger?: boolean }): Promise<void>;
}

/** How runs, versions and queries get at their store. */
export interface StoreAccess {
  /** Equal for two that mean the same store. */
  readonly identity: unknown;
  hold(): Promise<HeldStore>;
}

/** A store that belongs to the caller, who closes it. */
export function callersStore(store: Store): StoreAccess {
  return { identity: store, hold: async () => ({ store, release: async () => undefined }) };
}

/** The store in a folder: opened when it is needed, shared by all in this process, and closed after the last of them. */
export function folderStore(folder: string): StoreAccess {
  return { identity: folder, hold: () => holdSharedStore(folder) };
}

/** Does something with the store, and releases it. */
export async function withStore<T>(access: StoreAccess, use: (store: Store) => Promise<T>): Promise<T> {
  const held = await access.hold();
  try {
    return await use(held.store);
  } finally {
    await held.release({ linger: true });
  }
}

/** Iterates something of the store, and releases it at the end or on breaking off. */
export async function* readStore<T>(
  access: StoreAccess,
  read: (store: Store) => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const held = await access.hold();
  try {
    // Not by `yield*`, which costs several steps more for each item.
    for await (const item of read(held.store)) yield item;
  } finally {
    await held.release({ linger: true });
  }
}
