import type { Store } from '@cairn/core';

/** A store that breaks off at one of its calls: before it, or after it, so that only its answer is lost. */
export function cutStore(store: Store, calls: number, when: 'before' | 'after'): Store {
  return storeWith(store, calls, when, async () => {
    throw new Error('cut');
  });
}

/** A store in which something happens at one of its calls. */
export function storeWith(
  store: Store,
  calls: number,
  when: 'before' | 'after',
  happen: () => Promise<unknown>,
): Store {
  let left = calls;
  async function pass<T>(work: () => Promise<T>): Promise<T> {
    const isNow = left-- === 0;
    if (isNow && when === 'before') await happen();
    const result = await work();
    if (isNow && when === 'after') await happen();
    return result;
  }
  const { catalog } = store;
  return {
    ...store,
    catalog: {
      ...catalog,
      startRun: (...call) => pass(() => catalog.startRun(...call)),
      finishRun: (...call) => pass(() => catalog.finishRun(...call)),
      commitVersion: (...call) => pass(() => catalog.commitVersion(...call)),
      recordUse: (...call) => pass(() => catalog.recordUse(...call)),
    },
    blobsOf(project) {
      const blobs = store.blobsOf(project);
      return {
        ...blobs,
        basis: (...call) => pass(() => blobs.basis(...call)),
        has: (...call) => pass(() => blobs.has(...call)),
        async *put(...call) {
          for await (const result of blobs.put(...call)) yield pass(async () => result);
        },
      };
    },
  };
}
