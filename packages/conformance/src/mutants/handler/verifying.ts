import type { ReferenceOptions, ReferenceState } from '@cairn/core';
import { type HandlerMutant, lie } from './lie.js';

/** A handler that finds something else when it verifies. */
function finds(
  name: string,
  instead: (state: ReferenceState) => ReferenceState,
  change: (options: ReferenceOptions) => ReferenceOptions = (options) => options,
): HandlerMutant {
  return lie(name, ({ verify }) => ({
    verify: async (reference, options = {}) =>
      instead((await verify?.(reference, change(options))) ?? 'unverifiable'),
  }));
}

const honestly = (state: ReferenceState): ReferenceState => state;

export const verifyingMutants: readonly HandlerMutant[] = [
  finds('can verify nothing', () => 'unverifiable'),
  finds('verifies that something is there', (state) => (state === 'changed' ? 'match' : state)),
  finds('takes a missing object for a changed one', (state) => (state === 'missing' ? 'changed' : state)),
  finds('takes what can not be verified for right', (state) => (state === 'unverifiable' ? 'match' : state)),
  finds('verifies though it is aborted', honestly, ({ signal: _, ...options }) => options),
  finds("verifies the owner's files for anyone", honestly, ({ foreign: _, ...options }) => options),
];
