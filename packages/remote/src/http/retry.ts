import { CairnError } from '@cairn/core';
import type { Settings } from '../remote-options.js';

/** The patience with one call: how often, and for how long, it is tried again. */
export interface Retry {
  /** How often it failed so far. */
  readonly failures: number;
  /**
   * Waits until it is time to try again, with full jitter, and never shorter than the server asked for.
   *
   * @param error What went wrong; thrown when trying again can't help or patience is at its end.
   * @param toldMs What the server asked for, in milliseconds.
   */
  wait(error: unknown, toldMs?: number | undefined): Promise<void>;
  /** Notes that something came, which renews the patience. */
  renew(): void;
}

const firstDelayMs = 200;
const longestDelayMs = 20_000;

export function createRetry(settings: Settings, signal: AbortSignal | undefined): Retry {
  const { budgetMs, world } = settings;
  let failures = 0;
  let since = world.now();
  return {
    get failures() {
      return failures;
    },
    renew() {
      failures = 0;
      since = world.now();
    },
    async wait(error, toldMs = 0) {
      signal?.throwIfAborted();
      if (!CairnError.is(error) || !error.isRetryable) throw error;
      const delay = toldMs + world.random() * Math.min(longestDelayMs, firstDelayMs * 2 ** failures);
      if (++failures >= settings.attempts || world.now() - since + delay > budgetMs) throw error;
      await world.sleep(delay, signal).catch((reason: unknown) => {
        signal?.throwIfAborted();
        throw reason;
      });
    },
  };
}

/** What a `Retry-After` asks for, in milliseconds. A date is taken relative to the answer's own `Date`, as clocks differ. */
export function retryAfterMs(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): number | undefined {
  const told = headers['retry-after'];
  if (typeof told !== 'string') return undefined;
  if (/^\d+$/.test(told)) return Number(told) * 1000;
  const from = Date.parse(String(headers.date));
  const wait = Date.parse(told) - (Number.isNaN(from) ? Date.now() : from);
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
