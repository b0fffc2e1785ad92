import type { Rate } from './rate.js';

/**
 * How much of the server somebody can have. How long bodies and pages are is said by the protocol, and the same everywhere
 * (`docs/http-api.md`).
 */
export interface Limits {
  /** Requests with one key. Default: 10,000 a second, 20,000 at once. */
  readonly keyRate: Rate;
  /** Requests from one address that show no key that is accepted. Default: 50 a second, 200 at once. */
  readonly addressRate: Rate;
  /** Uploads at once. A slow one costs a file and no memory to speak of. Default: 1,024. */
  readonly uploads: number;
  /** Of these, with one key. Default: 768. */
  readonly uploadsPerKey: number;
  /** Entries of one version. Default: 1,000,000. */
  readonly entries: number;
}

export const defaultLimits: Limits = {
  keyRate: { perSecond: 10_000, burst: 20_000 },
  addressRate: { perSecond: 50, burst: 200 },
  uploads: 1024,
  uploadsPerKey: 768,
  entries: 1_000_000,
};
