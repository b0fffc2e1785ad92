import type { Store } from '@cairn/core';
import type { MaintenanceContext } from './maintenance/context.js';
import { collectGarbage, type GcOptions, type GcResult } from './maintenance/gc.js';

/** What can be done to a store in a folder beside using it. */
export interface Maintenance {
  /**
   * Removes what no version needs. Safe beside writers, readers and other collections of garbage; what is interrupted is
   * finished by the next.
   *
   * @throws CairnError `integrity_mismatch` when a manifest can't be read, before anything is removed; `storage_readonly`,
   * `storage_full`, `unavailable`.
   */
  gc(options?: GcOptions): Promise<GcResult>;
}

/** A store in a folder of this machine. */
export type LocalStore = Store & Maintenance;

export function maintenance(context: MaintenanceContext): Maintenance {
  return {
    gc: (options) => collectGarbage(context, options),
  };
}
