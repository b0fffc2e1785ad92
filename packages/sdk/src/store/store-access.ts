import type { Store } from '@cairn/core';
import { importPackage } from '../util/import-package.js';
import type { StoreLocation } from './locate-store.js';
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

/** The store somewhere: opened when it is needed, shared by all in this process, and closed after the last of them. */
export function locatedStore(location: StoreLocation, apiKey: string | undefined): StoreAccess {
  if (location.kind === 'folder') {
    const { path } = location;
    return { identity: path, hold: () => holdSharedStore(path, () => openFolder(path)) };
  }
  const { url } = location;
  const open = () => openServer(url, apiKey);
  return { identity: url, hold: () => holdSharedStore(`${url} ${apiKey ?? ''}`, open) };
}

// What opens a store is loaded when it is needed, so that importing the sdk costs nothing of it.

async function openFolder(path: string): Promise<Store> {
  const { encryptionFromEnv, openStore } = await import('@cairn/store');
  return openStore(path, { encryption: encryptionFromEnv() });
}

async function openServer(url: string, apiKey: string | undefined): Promise<Store> {
  const remote = await importPackage('@cairn/remote', 'stores of a server');
  return (remote as RemotePackage).openRemote({ url, apiKey });
}

/** Not the type of the package itself: the declarations of the sdk have to do without it. */
export interface RemotePackage {
  openRemote(options: { readonly url: string; readonly apiKey?: string | undefined }): Promise<Store>;
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
