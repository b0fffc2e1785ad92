import type { Observation, OpenOptions, ReferenceEntry, StorageHandler } from '@cairn/core';
import type { MemoryHandlerOptions } from '@cairn/core/memory';
import type { HandlerFixture } from '../../handler/fixture.js';
import type { Mutant } from '../mutant.js';
import { memoryHandlerFixture } from './fixture.js';

export type HandlerMutant = Mutant<HandlerFixture>;

/** A handler that is honest but for what is changed. */
export function lie(
  name: string,
  change: (honest: StorageHandler) => Partial<StorageHandler>,
  options: MemoryHandlerOptions = {},
): HandlerMutant {
  return {
    name,
    make() {
      const { handler, ...rest } = memoryHandlerFixture(options);
      return { ...rest, handler: { ...handler, ...change(handler) } };
    },
  };
}

/** A handler that sees something else where it looks. */
export function sees(
  name: string,
  instead: (observation: Observation) => Observation | undefined,
): HandlerMutant {
  return lie(name, ({ observe }) => ({
    async *observe(uri, options) {
      for await (const observation of observe(uri, options)) {
        const seen = options?.checksum === false ? observation : instead(observation);
        if (seen !== undefined) yield seen;
      }
    },
  }));
}

/** A handler that opens in another manner. */
export function opens(
  name: string,
  open: (
    honest: StorageHandler['open'],
    reference: ReferenceEntry,
    options: OpenOptions,
  ) => AsyncIterable<Uint8Array>,
  variant: MemoryHandlerOptions = {},
): HandlerMutant {
  return lie(
    name,
    (honest) => ({ open: (reference, options = {}) => open(honest.open, reference, options) }),
    variant,
  );
}
