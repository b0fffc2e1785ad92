import { CairnError, defaultStoragePolicy, type HandlerRegistry, readAll } from '@cairn/core';
import { collect } from '../../helpers.js';
import { asks, lie, made, records, type StoragePolicyMutant } from './lie.js';

/** A policy that turns one failure to record into nothing or another one. */
function turns(
  name: string,
  code: 'not_found' | 'path_invalid' | 'uri_invalid',
  instead: (uri: string) => Error | undefined,
): StoragePolicyMutant {
  return lie(name, ({ storeReference }) => ({
    async *storeReference(uri, options) {
      try {
        yield* storeReference(uri, options);
      } catch (error) {
        const other = CairnError.is(error, code) ? instead(uri) : (error as Error);
        if (other !== undefined) throw other;
      }
    },
  }));
}

/** A policy that asks its handlers before it has looked at what it was given. */
const asksFirst = lie('asks a handler before it looks at a name', ({ storeReference }, { handlers }) => ({
  async *storeReference(uri, options) {
    options?.signal?.throwIfAborted();
    const handler = options?.name === '../x' ? await handlers.find(uri) : undefined;
    if (handler !== undefined) await collect(handler.observe(uri));
    yield* storeReference(uri, options);
  },
}));

/** A policy that has a handler for everything. */
const knowsAll = made('wants a handler for every scheme', (context) => {
  const handlers: HandlerRegistry = {
    schemes: context.handlers.schemes,
    async find(uri) {
      const handler = await context.handlers.find(uri);
      if (handler === undefined) throw new CairnError('handler_missing', `no handler for ${uri}`);
      return handler;
    },
  };
  return defaultStoragePolicy.create({ ...context, handlers });
});

export const referencesMutants: readonly StoragePolicyMutant[] = [
  records('forgets what the handler needs to open it again', ({ extra: _, ...entry }) => entry),
  records('mentions what the handler does not say', (entry) => ({ ...entry, size: entry.size as number })),
  records('gives an object its own name though it is given another', (entry, { name }) =>
    entry.path === name ? { ...entry, path: 'a.txt' } : entry,
  ),
  records('joins a folder and a place without a slash', (entry, { name }) =>
    name !== undefined && entry.path.startsWith(`${name}/`)
      ? { ...entry, path: name + entry.path.slice(name.length + 1) }
      : entry,
  ),
  lie('takes a folder of one object for the object', ({ storeReference }) => ({
    async *storeReference(uri, options) {
      const entries = await collect(storeReference(uri, options));
      const [only] = entries;
      const name = options?.name;
      if (only !== undefined && entries.length === 1 && name !== undefined) yield { ...only, path: name };
      else yield* entries;
    },
  })),
  asks('does not say how much will be taken', ({ observe }) => ({
    observe: (uri, options) => observe(uri, { ...options, maxObjects: undefined }),
  })),
  asks('always looks', ({ observe }) => ({
    observe: (uri, options) => observe(uri, { ...options, checksum: true }),
  })),
  lie('takes one object less than the limit', ({ storeReference }) => ({
    storeReference: (uri, { maxObjects, ...options } = {}) =>
      storeReference(uri, maxObjects === 3 ? { ...options, maxObjects: 2 } : { ...options, maxObjects }),
  })),
  lie('cuts at the limit', ({ storeReference }) => ({
    async *storeReference(uri, options) {
      let count = 0;
      for await (const entry of storeReference(uri, { ...options, maxObjects: 1_000_000 })) {
        if (count++ < (options?.maxObjects ?? 10_000)) yield entry;
      }
    },
  })),
  lie('takes any number of objects where no limit is given', ({ storeReference }) => ({
    storeReference: (uri, options = {}) =>
      storeReference(uri, { ...options, maxObjects: options.maxObjects ?? 20_000 }),
  })),
  turns('takes nothing for an empty folder', 'not_found', () => undefined),
  asks('mends what a handler says', ({ observe }) => ({
    async *observe(uri, options) {
      for await (const observation of observe(uri, options)) {
        yield { ...observation, path: observation.path.replace(/^\W+|[^\w./-]/g, '') || 'unnamed' };
      }
    },
  })),
  asksFirst,
  knowsAll,
  turns('stores credentials', 'uri_invalid', (uri) =>
    uri.includes('@') ? undefined : new CairnError('uri_invalid', 'it can be no URI'),
  ),
  lie('reads what is there now', ({ loadReference }) => ({
    loadReference: (entry, options) =>
      loadReference(
        { ...entry, digest: entry.digest.startsWith('blake3:') ? 'uri:x' : entry.digest },
        options,
      ),
  })),
  lie('reads the whole of a reference', ({ loadReference }) => ({
    loadReference: (entry, options) => loadReference(entry, { ...options, range: undefined }),
  })),
  lie('takes every reference for unchanged', ({ checkReference }) => ({
    checkReference: async (entry, options) => {
      await checkReference(entry, options);
      return 'match';
    },
  })),
  lie('takes a reference without a handler for missing', ({ loadReference }) => ({
    async *loadReference(entry, options) {
      try {
        yield* loadReference(entry, options);
      } catch (error) {
        throw CairnError.is(error, 'handler_missing') ? new CairnError('not_found', 'it is gone') : error;
      }
    },
  })),
  lie('looks at no signal while it records', ({ storeReference }) => ({
    storeReference: (uri, options) => storeReference(uri, { ...options, signal: undefined }),
  })),
  made('knows no one', ({ trust: _, ...context }) => defaultStoragePolicy.create(context)),
  asks('trusts everyone', ({ open }) => ({
    open: (reference, options) => open(reference, { ...options, foreign: false }),
  })),
  lie('stores the bytes of a reference that it reads', ({ loadReference }, { blobs }) => ({
    async *loadReference(entry, options) {
      const bytes = await readAll(loadReference(entry, options));
      await collect(blobs.put([{ kind: 'bytes', bytes }]));
      yield bytes;
    },
  })),
];
