import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { createGuard, type Guard } from './address.js';

/** Headers by name. */
export type HttpHeaders = Readonly<Record<string, string>>;

/** What a handler takes from the world, so that a test can put another one in its place. */
export interface HttpWorld {
  /** Milliseconds since any moment; never goes back. */
  now(): number;
  /** From 0 up to, but not including, 1. */
  random(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** All addresses of a host name. */
  lookup(hostname: string): Promise<readonly LookupAddress[]>;
}

export interface HttpHandlerOptions {
  /**
   * Headers to send, such as credentials, by origin: `{ 'https://api.example.com': { authorization: 'Bearer …' } }`, or
   * a function that is asked for each request's origin. They are neither stored nor shown, and on a redirect to another
   * origin that one's own headers are sent, if it has any.
   */
  readonly headers?:
    | Readonly<Record<string, HttpHeaders>>
    | ((origin: string) => HttpHeaders | undefined | Promise<HttpHeaders | undefined>)
    | undefined;
  /**
   * Which private addresses a reference of someone else's manifest may lead to: host names and addresses as they are in
   * the URL, and address ranges (`10.0.0.0/8`); `true` for all. References that this user recorded need no leave.
   * Default: none.
   */
  readonly allowPrivate?: true | readonly string[] | undefined;
  /** How many connections to one origin are open at a time, at most. Default: 32. */
  readonly connections?: number | undefined;
  readonly timeouts?:
    | {
        /** For a connection to be made, TLS included, in milliseconds. Default: 10,000. */
        readonly connectMs?: number | undefined;
        /** For the headers of an answer, in milliseconds. Default: 30,000. */
        readonly headersMs?: number | undefined;
        /** For the next bytes of a body, in milliseconds. Default: 30,000. */
        readonly bodyMs?: number | undefined;
        /** The slowest body that is waited for, in bytes per second over any `bodyMs`. Default: 100. */
        readonly minBytesPerSecond?: number | undefined;
      }
    | undefined;
  readonly retries?:
    | {
        /** How often a request is made in all, as long as it brings nothing. Default: 5. */
        readonly attempts?: number | undefined;
        /** For how long a request that brings nothing is repeated, waiting included, in milliseconds. Default: 120,000. */
        readonly budgetMs?: number | undefined;
      }
    | undefined;
  /**
   * Makes the connections instead of the handler's own pool, for example through a proxy. Connections to the addresses
   * that were checked for someone else's references are then its own business. Default: undici's `Agent`.
   */
  readonly dispatcher?: Dispatcher | undefined;
  /** Default: this machine's clock, chance and name service. */
  readonly world?: Partial<HttpWorld> | undefined;
}

/** The options with their defaults. */
export interface Settings {
  readonly headersOf: (origin: string) => Promise<HttpHeaders>;
  readonly guard: Guard;
  readonly connections: number;
  readonly connectMs: number;
  readonly headersMs: number;
  readonly bodyMs: number;
  readonly minBytesPerSecond: number;
  readonly attempts: number;
  readonly budgetMs: number;
  readonly dispatcher: Dispatcher | undefined;
  readonly world: HttpWorld;
}

const thisMachine: HttpWorld = {
  now: () => performance.now(),
  random: Math.random,
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
  lookup: (hostname) => lookup(hostname, { all: true }),
};

/** @throws TypeError when a key of `headers` is not an origin, or an entry of `allowPrivate` neither a host nor a range. */
export function settingsOf(options: HttpHandlerOptions): Settings {
  const { headers = {}, allowPrivate = [], connections = 32, timeouts = {}, retries = {}, world } = options;
  const { connectMs = 10_000, headersMs = 30_000, bodyMs = 30_000, minBytesPerSecond = 100 } = timeouts;
  const { attempts = 5, budgetMs = 120_000 } = retries;
  return {
    headersOf:
      typeof headers === 'function' ? async (origin) => (await headers(origin)) ?? {} : byOrigin(headers),
    guard: createGuard(allowPrivate),
    connections,
    connectMs,
    headersMs,
    bodyMs,
    minBytesPerSecond,
    attempts,
    budgetMs,
    dispatcher: options.dispatcher,
    world: { ...thisMachine, ...world },
  };
}

function byOrigin(headers: Readonly<Record<string, HttpHeaders>>): Settings['headersOf'] {
  const known = new Map<string, HttpHeaders>();
  for (const [key, value] of Object.entries(headers)) {
    const url = URL.canParse(key) ? new URL(key) : undefined;
    if (url === undefined || url.href !== `${url.origin}/` || !/^https?:$/.test(url.protocol)) {
      throw new TypeError(`headers are given per origin, such as "https://api.example.com"`);
    }
    known.set(url.origin, value);
  }
  return async (origin) => known.get(origin) ?? {};
}
