import { CairnError, type Store } from '@cairn/core';
import { locateStore, nearestStore, type StoreLocation } from '../store/locate-store.js';
import { callersStore, locatedStore, type StoreAccess, withStore } from '../store/store-access.js';
import { isStore } from '../workspace.js';
import { sendHistory } from './send-history.js';
import type { SyncCallOptions, SyncResult } from './sync-result.js';

export interface SyncOptions extends SyncCallOptions {
  /** The store, or where it is. Default: the nearest `.cairn`. */
  readonly from?: Store | string | URL | undefined;
  /** The store, or where it is. Default: `CAIRN_STORE`. */
  readonly to?: Store | string | URL | undefined;
  /** Who one is to the server among the two. Default: `CAIRN_API_KEY`. Of two servers, one has to be given as a `Store`. */
  readonly apiKey?: string | undefined;
  /** Only what is this owner's. Default: all. */
  readonly entity?: string | undefined;
  /** Only what is in projects of this name. Default: all. */
  readonly project?: string | undefined;
}

/**
 * Sends what one store has to another: runs, versions with all that is said of them, and lineage, as if it were done there
 * now. Blobs that are there are not sent. It may break off anywhere, be repeated, and run in several processes at once:
 * everything arrives once.
 *
 * Versions are made in the order in which they were logged. Where the other store has nothing of a collection they have the
 * numbers that they have here, unless some were deleted here; else numbers go on there, and the answer tells which became
 * which. What was sent is not touched again: a version that is edited or deleted later, on either side, stays what it is on
 * the other.
 *
 * @example
 * const { versions } = await syncStore({ to: 'https://cairn.example.com', project: 'bikes' });
 *
 * @throws CairnError `type_mismatch` when a collection has another type there; `conflict` when the two have other kinds of
 * digests; `not_found` without a store to send to; `unauthenticated`, `forbidden`, `unavailable`, `storage_full`, and what
 * opening the stores throws.
 */
export async function syncStore({ from, to, apiKey, ...options }: SyncOptions = {}): Promise<SyncResult> {
  if (to === undefined && !process.env.CAIRN_STORE) throw noTarget();
  const source = place(from ?? nearestStore());
  const target = place(to);
  if ('kind' in source && 'kind' in target && source.kind === 'server' && target.kind === 'server') {
    throw new CairnError('uri_invalid', 'both stores are servers, and their keys are not the same', {
      hint: 'Open one of them with openRemote of @cairn/remote, and pass the Store.',
    });
  }
  const { entity, project } = options;
  return syncAccess(accessTo(source, apiKey), accessTo(target, apiKey), { entity, project }, options);
}

/** Where a store is, or the store itself. */
type Place = Store | StoreLocation;

function place(given: Place | string | URL | undefined): Place {
  return isStore(given) || (typeof given === 'object' && 'kind' in given) ? given : locateStore(given);
}

/** A store that a caller names for one call. */
export function accessTo(given: Place | string | URL, apiKey: string | undefined): StoreAccess {
  const found = place(given);
  const key = apiKey ?? (process.env.CAIRN_API_KEY || undefined);
  return isStore(found) ? callersStore(found) : locatedStore(found, key);
}

/** Sends what one store has to another; nothing if they are the same. */
export async function syncAccess(
  source: StoreAccess,
  target: StoreAccess,
  scope: { readonly entity?: string | undefined; readonly project?: string | undefined },
  { signal, onProgress }: SyncCallOptions,
): Promise<SyncResult> {
  signal?.throwIfAborted();
  if (source.identity === target.identity) return { runs: 0, versions: [] };
  let [versions, created, bytes] = [0, 0, 0];
  const tell = () => onProgress?.({ versions, created, bytes });
  return withStore(source, (from) =>
    withStore(target, (to) =>
      sendHistory({
        ...{ from, to, scope, signal },
        onBytes(count) {
          bytes += count;
          tell();
        },
        onVersion(version) {
          versions++;
          if (version.created) created++;
          tell();
        },
      }),
    ),
  );
}

export function noTarget(): CairnError {
  return new CairnError('not_found', 'there is no store to send to', {
    hint: 'Name it as { to }, or in CAIRN_STORE.',
  });
}
