import type { ObjectStore } from '@cairn/core';
import type { ObjectStoreFixture } from '../../object-store/fixture.js';
import type { Mutant } from '../mutant.js';
import { memoryObjectStoreFixture } from './fixture.js';

export type ObjectStoreMutant = Mutant<ObjectStoreFixture>;

/** An object store that is honest but for what is changed. */
export function lie(name: string, change: (honest: ObjectStore) => Partial<ObjectStore>): ObjectStoreMutant {
  return {
    name,
    make() {
      const { objects, ...rest } = memoryObjectStoreFixture();
      return { ...rest, objects: { ...objects, ...change(objects) } };
    },
  };
}
