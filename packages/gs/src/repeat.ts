import { setTimeout as sleep } from 'node:timers/promises';
import { CairnError } from '@cairn/core';
import { connectionCode, statusOf } from './gs-error.js';

/** How often something is tried again that fails without progress. */
export const maxFruitless = 4;
const firstPauseMs = 100;

/** Whether a connection failed, or the server was busy. */
export function isWorthRepeating(failure: unknown): boolean {
  const status = statusOf(failure);
  if (status !== undefined) return status === 408 || status === 429 || status >= 500;
  return !CairnError.is(failure) && connectionCode(failure) !== undefined;
}

/** Waits before another try: the longer, the more there were. */
export async function pause(fruitless: number, signal: AbortSignal | undefined): Promise<void> {
  const ms = firstPauseMs * 2 ** fruitless * Math.random();
  await sleep(ms, undefined, { signal }).catch(() => signal?.throwIfAborted());
}

/** Tries something again while that is worth it. */
export async function repeat<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (let fruitless = 1; ; fruitless++) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (fruitless > maxFruitless || !isWorthRepeating(error)) throw error;
    }
    await pause(fruitless, signal);
  }
}
