import { memoryObjectStore } from '@cairn/core/memory';
import type { ObjectStoreFixture } from '../../object-store/fixture.js';

/** An object store in memory that can do all the suite asks for. */
export function memoryObjectStoreFixture(): ObjectStoreFixture {
  const objects = memoryObjectStore();
  return { objects, reopen: async () => objects };
}
