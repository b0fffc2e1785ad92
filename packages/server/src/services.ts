import type { Authenticate } from './guard/authenticate.js';
import type { ClientAddress } from './guard/client-address.js';
import type { Limits } from './guard/limits.js';
import type { RateLimiter } from './guard/rate.js';
import type { Slots } from './guard/slots.js';
import type { ServedStore } from './served-store.js';
import type { Activity } from './watch/activity.js';
import type { Journal } from './watch/journal.js';
import type { Metrics } from './watch/metrics.js';

/** What the routes of one server share, and no other server. */
export interface Services {
  readonly store: ServedStore;
  /** Whether clients read large blobs from the store's bucket themselves. */
  readonly hasDirectDownloads: boolean;
  /** Whether clients write large packs to the store's bucket themselves. */
  readonly hasDirectUploads: boolean;
  readonly authenticate: Authenticate;
  readonly clientAddress: ClientAddress;
  readonly limits: Limits;
  readonly keyRate: RateLimiter;
  readonly addressRate: RateLimiter;
  readonly uploads: Slots;
  readonly activity: Activity;
  readonly journal: Journal;
  readonly metrics: Metrics;
  /** Whether it is about to end, and takes nothing new. */
  isClosing(): boolean;
}
