import { setTimeout as delay } from 'node:timers/promises';
import type { Dispatcher } from 'undici';

/** What the client needs of the machine, so that a test can make time pass quickly. */
export interface RemoteWorld {
  /** Milliseconds, from any start. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface OpenRemoteOptions {
  /** Where the server is, with the path that it is mounted under, if any: `https://cairn.example.com`. */
  readonly url: string | URL;
  /** What the server knows its user by. It is sent to this server alone, and never shown. Default: none. */
  readonly apiKey?: string | undefined;
  /**
   * Where manifests are kept that were read once, and what is known of files that were sent or fetched. All of it may be deleted
   * at any time. Default: `CAIRN_CACHE_DIR`, else `cairn` in the user's folder for caches.
   */
  readonly cacheDir?: string | undefined;
  /** How much of it manifests may take, in bytes. Default: 256 MiB. */
  readonly maxCacheBytes?: number | undefined;
  /** Certificates of authorities to trust beside those of the system, in PEM. Default: `NODE_EXTRA_CA_CERTS`. */
  readonly ca?: string | readonly string[] | undefined;
  /** How many connections are open at a time, at most. Default: 8. */
  readonly connections?: number | undefined;
  readonly timeouts?:
    | {
        /** For a connection to be made, TLS included, in milliseconds. Default: 10,000. */
        readonly connectMs?: number | undefined;
        /** For an answer to begin, after all was sent, in milliseconds. Default: 60,000. */
        readonly headersMs?: number | undefined;
        /** For the next bytes of an answer, in milliseconds. Default: 30,000. */
        readonly bodyMs?: number | undefined;
      }
    | undefined;
  readonly retries?:
    | {
        /**
         * How often a request is made in all, as long as it brings nothing. Default: 6, which takes some seconds; 14 for a server
         * that has answered before, which may be starting anew.
         */
        readonly attempts?: number | undefined;
        /** For how long it is repeated, waiting included, in milliseconds. Default: 120,000. */
        readonly budgetMs?: number | undefined;
      }
    | undefined;
  /**
   * Makes the connections, instead of the client's own pool; it is yours to close. Default: undici's `EnvHttpProxyAgent`, which
   * goes by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
   */
  readonly dispatcher?: Dispatcher | undefined;
  /** Default: this machine's clock and chance. */
  readonly world?: Partial<RemoteWorld> | undefined;
}

/** The options that matter for each request, with their defaults. */
export interface Settings {
  readonly apiKey: string | undefined;
  readonly headersMs: number;
  readonly bodyMs: number;
  readonly attempts: number;
  /** The same, once there was an answer. */
  readonly attemptsWhenKnown: number;
  readonly budgetMs: number;
  readonly world: RemoteWorld;
}

const thisMachine: RemoteWorld = {
  now: () => performance.now(),
  random: Math.random,
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};

export function settingsOf({ apiKey, timeouts = {}, retries = {}, world }: OpenRemoteOptions): Settings {
  const { headersMs = 60_000, bodyMs = 30_000 } = timeouts;
  const { attempts = 6, budgetMs = 120_000 } = retries;
  const attemptsWhenKnown = retries.attempts ?? 14;
  return {
    ...{ apiKey, headersMs, bodyMs, attempts, attemptsWhenKnown, budgetMs },
    world: { ...thisMachine, ...world },
  };
}
