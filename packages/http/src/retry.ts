import { CairnError } from '@cairn/core';
import { type Answer, header } from './answer.js';
import type { Settings } from './settings.js';

/** The patience with one reference: how often, and for how long, it is asked for again. */
export interface Retry {
  /**
   * Waits until it is time to ask again, with full jitter, and never shorter than the server asked for.
   *
   * @param error What went wrong; thrown when asking again can't help or patience is at its end.
   * @param toldMs What the server asked for, in milliseconds.
   */
  wait(error: unknown, toldMs?: number | undefined): Promise<void>;
  /** Notes that bytes came; enough of them renew the patience. */
  gain(bytes: number): void;
}

const firstDelayMs = 500;
const longestDelayMs = 20_000;
const renewingBytes = 64 * 1024;

export function createRetry(settings: Settings, signal: AbortSignal | undefined): Retry {
  const { attempts, budgetMs, world } = settings;
  let failures = 0;
  let since = world.now();
  let gained = 0;
  return {
    gain(bytes) {
      gained += bytes;
    },
    async wait(error, toldMs = 0) {
      signal?.throwIfAborted();
      if (!CairnError.is(error) || !error.isRetryable) throw error;
      if (gained >= renewingBytes) {
        failures = 0;
        since = world.now();
      }
      gained = 0;
      const delay = toldMs + world.random() * Math.min(longestDelayMs, firstDelayMs * 2 ** failures);
      if (++failures >= attempts || world.now() - since + delay > budgetMs) throw error;
      await world.sleep(delay, signal).catch((reason: unknown) => {
        signal?.throwIfAborted();
        throw reason;
      });
    },
  };
}

/**
 * What a `Retry-After` asks for, in milliseconds. A date is taken relative to the answer's own `Date`, so that a clock that is
 * wrong here does no harm.
 */
export function retryAfterMs({ headers }: Pick<Answer, 'headers'>): number | undefined {
  const told = header(headers, 'retry-after');
  if (told === undefined) return undefined;
  if (/^\d+$/.test(told)) return Number(told) * 1000;
  const from = Date.parse(header(headers, 'date') ?? '');
  const wait = Date.parse(told) - (Number.isNaN(from) ? Date.now() : from);
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
