import type { Store } from '@cairn/core';
import type { LocalStore } from '@cairn/store';
import type { TeamStore } from '@cairn/store/postgres';

/** What a server needs of a store; those of `@cairn/store` have it all. */
export type ServedStore = Store &
  Pick<LocalStore, 'access' | 'adoptPack' | 'blobs' | 'format' | 'sizesOf'> &
  // Without it, what a project has is taken to be well.
  Partial<Pick<LocalStore, 'lacks'>> &
  // Without it, all bytes go through the server.
  Pick<TeamStore, 'planRead' | 'planWrite' | 'adoptWritten'>;
