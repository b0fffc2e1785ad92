import {
  defaultStoragePolicy,
  type HandlerRegistry,
  type ReferenceEntry,
  type StorageHandler,
  type StoragePolicy,
  type StoragePolicyContext,
} from '@cairn/core';
import type { StoragePolicyFixture } from '../../policy/fixture.js';
import type { Mutant } from '../mutant.js';

export type StoragePolicyMutant = Mutant<StoragePolicyFixture>;

/** A policy that is honest but for what is changed. */
export function lie(
  name: string,
  change: (honest: StoragePolicy, context: StoragePolicyContext) => Partial<StoragePolicy>,
): StoragePolicyMutant {
  return made(name, (context) => {
    const honest = defaultStoragePolicy.create(context);
    return { ...honest, ...change(honest, context) };
  });
}

/** A policy that is made in another manner. */
export function made(
  name: string,
  create: (context: StoragePolicyContext) => StoragePolicy,
): StoragePolicyMutant {
  return { name, make: () => ({ factory: { name: defaultStoragePolicy.name, create } }) };
}

/** A policy that records something else. */
export function records(
  name: string,
  instead: (entry: ReferenceEntry, options: { readonly name?: string | undefined }) => ReferenceEntry,
): StoragePolicyMutant {
  return lie(name, ({ storeReference }) => ({
    async *storeReference(uri, options = {}) {
      for await (const entry of storeReference(uri, options)) yield instead(entry, options);
    },
  }));
}

/** A policy whose handlers are asked in another manner. */
export function asks(
  name: string,
  change: (handler: StorageHandler) => Partial<StorageHandler>,
): StoragePolicyMutant {
  return made(name, ({ handlers, ...context }) => {
    const changed: HandlerRegistry = {
      schemes: handlers.schemes,
      async find(uri) {
        const handler = await handlers.find(uri);
        return handler && { ...handler, ...change(handler) };
      },
    };
    return defaultStoragePolicy.create({ ...context, handlers: changed });
  });
}
