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
  /** Of these, with one key. Default: three quarters of them. */
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

/** The limits that were given, and the default of all others. @throws TypeError for one that makes no sense. */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  const {
    keyRate = defaultLimits.keyRate,
    addressRate = defaultLimits.addressRate,
    uploads = defaultLimits.uploads,
    uploadsPerKey = Math.ceil(uploads * 0.75),
    entries = defaultLimits.entries,
  } = given;
  for (const [name, { perSecond, burst }] of Object.entries({ keyRate, addressRate })) {
    if (Number.isFinite(perSecond) && perSecond > 0 && Number.isFinite(burst) && burst >= 1) continue;
    throw new TypeError(`limits.${name} needs more than 0 requests a second, and at least 1 at once`);
  }
  for (const [name, count] of Object.entries({ uploads, uploadsPerKey, entries })) {
    if (Number.isSafeInteger(count) && count >= 1) continue;
    throw new TypeError(`limits.${name} must be a whole number of at least 1, not ${count}`);
  }
  return { keyRate, addressRate, uploads, uploadsPerKey, entries };
}
