import { CairnError, type Observation } from '@cairn/core';
import { collect } from '../../helpers.js';
import { type HandlerMutant, lie, sees } from './lie.js';

/** A handler that lists folders in another manner. */
function lists(
  name: string,
  instead: (members: Observation[], maxObjects: number) => Observation[],
): HandlerMutant {
  return lie(name, ({ observe }) => ({
    async *observe(uri, options) {
      const found = await collect(observe(uri, options));
      const isFolder = found[0]?.kind === 'member';
      yield* isFolder ? instead(found, options?.maxObjects ?? Number.POSITIVE_INFINITY) : found;
    },
  }));
}

export const prefixesMutants: readonly HandlerMutant[] = [
  sees('goes no deeper than the folder itself', (observation) =>
    observation.path.includes('/') ? undefined : observation,
  ),
  lie('takes a folder for a beginning', ({ observe }) => ({
    async *observe(uri, options) {
      const parent = uri.slice(0, uri.lastIndexOf('/') + 1);
      if (parent === '' || options?.checksum === false) return yield* observe(uri, options);
      const own = uri.slice(parent.length);
      for await (const observation of observe(parent, options)) {
        const { path } = observation;
        if (path === own) yield { ...observation, kind: 'object' };
        else if (path.startsWith(own))
          yield { ...observation, path: path.slice(own.length).replace('/', '') };
      }
    },
  })),
  sees('shows a key where a path is to be', (observation) =>
    observation.path.includes('%5C') ? { ...observation, path: 'back\\slash' } : observation,
  ),
  sees('tidies the URIs of members', (observation) => ({
    ...observation,
    uri: observation.uri.replace(/\/\.?\//g, '/'),
  })),
  lie('takes the mark of a folder for an object', ({ observe }) => ({
    async *observe(uri, options) {
      yield* observe(uri, options);
      const marks = observe(`${uri}/`, options)[Symbol.asyncIterator]();
      const mark = await marks.next().catch(() => undefined);
      await marks.return?.();
      if (mark?.value?.size === 0 && mark.value.kind === 'object') yield mark.value;
    },
  })),
  sees('encodes the URIs of members once more', (observation) =>
    observation.kind === 'object' ? observation : { ...observation, uri: encodeURI(observation.uri) },
  ),
  lists('lists paths in the order of UTF-16', (members) =>
    members.sort((a, b) => (a.path < b.path ? -1 : 1)),
  ),
  sees('takes members without bytes for folders', (observation) =>
    observation.kind === 'member' && observation.size === 0 ? undefined : observation,
  ),
  lists('lists one page', (members) => members.slice(0, 1000)),
  lists('cuts a listing where no more will be taken', (members, maxObjects) => members.slice(0, maxObjects)),
  lie('ends a listing where it broke off', ({ observe }) => ({
    async *observe(uri, options) {
      let count = 0;
      try {
        for await (const observation of observe(uri, options)) {
          count++;
          yield observation;
        }
      } catch (error) {
        if (count === 0 || !CairnError.is(error, 'unavailable')) throw error;
      }
    },
  })),
  lie('looks at no signal while it lists', ({ observe }) => ({
    observe(uri, options) {
      options?.signal?.throwIfAborted();
      return observe(uri, { ...options, signal: undefined });
    },
  })),
  lie('leaves a listing open that a caller breaks off', ({ observe }) => ({
    observe(uri, options) {
      const listing = observe(uri, options)[Symbol.asyncIterator]();
      return { [Symbol.asyncIterator]: () => ({ next: () => listing.next() }) };
    },
  })),
];
