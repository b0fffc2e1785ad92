import type { VersionQuery } from '@cairn/core';
import { collect } from '../../helpers.js';
import { type CatalogMutant, lie } from './lie.js';

async function* cut<T>(items: AsyncIterable<T>, count: number): AsyncIterable<T> {
  let n = 0;
  for await (const item of items) if (n++ < count) yield item;
}

/** A catalog that lists versions by another query. */
function lists(name: string, instead: (query: VersionQuery) => VersionQuery): CatalogMutant {
  return lie(name, ({ listVersions }) => ({
    listVersions: (query, options) => listVersions(instead(query), options),
  }));
}

export const listingMutants: readonly CatalogMutant[] = [
  lie('finds only the latest version by its digest', ({ findVersion }) => ({
    async findVersion(collection, selector, options) {
      const version = await findVersion(collection, selector, options);
      return 'digest' in selector && version?.aliases.includes('latest') === false ? undefined : version;
    },
  })),
  lie('takes an unknown alias for latest', ({ findVersion }) => ({
    async findVersion(collection, selector, options) {
      const version = await findVersion(collection, selector, options);
      if (version !== undefined || !('alias' in selector)) return version;
      return findVersion(collection, { alias: 'latest' }, options);
    },
  })),
  lie('lists the oldest version first', ({ listVersions }) => ({
    async *listVersions(query, options) {
      const versions = await collect(listVersions(query, options));
      yield* query.where === undefined && query.sort === undefined ? versions.reverse() : versions;
    },
  })),
  lists('lists versions of every type', (query) => ({ ...query, type: undefined })),
  lists('takes a limit of 0 for none', (query) => ({ ...query, limit: query.limit || undefined })),
  lists('lists versions of every place', (query) => ({ ...query, within: undefined })),
  lie('lists runs of every place', ({ listRuns }) => ({
    listRuns: (query, options) => listRuns({ ...query, within: undefined }, options),
  })),
  lie('lists collections of every place', ({ listCollections }) => ({
    listCollections: (query, options) => listCollections({ ...query, within: undefined }, options),
  })),
  lists('begins with the first version again', (query) => ({ ...query, after: undefined })),
  lie('begins with the first run again', ({ listRuns }) => ({
    listRuns: (query, options) => listRuns({ ...query, after: undefined }, options),
  })),
  lie(
    'begins with the first collection when the one to go on behind is not there',
    ({ listCollections }) => ({
      async *listCollections(query, options) {
        const { after, ...all } = query;
        const isThere = after === undefined || after.includes('/');
        yield* listCollections(isThere ? query : all, options);
      },
    }),
  ),
  lie('begins with the first version of a run again', ({ versionsOfRun }) => ({
    versionsOfRun: (id, direction, { after: _, ...options } = {}) => versionsOfRun(id, direction, options),
  })),
  lie('lists one page of versions', ({ listVersions }) => ({
    listVersions: (query, options) => cut(listVersions(query, options), 1000),
  })),
  lie('lists one page of collections', ({ listCollections }) => ({
    listCollections: (query, options) => cut(listCollections(query, options), 1000),
  })),
  lie('lists one page of what a run logged', ({ versionsOfRun }) => ({
    versionsOfRun: (id, direction, options) => cut(versionsOfRun(id, direction, options), 1000),
  })),
  lie('lists one page of runs', ({ listRuns }) => ({
    listRuns: (query, options) => cut(listRuns(query, options), 1000),
  })),
  lie('lists runs of every job type', ({ listRuns }) => ({
    listRuns: (query, options) => listRuns({ ...query, jobType: undefined }, options),
  })),
  lie('counts the newest version twice', ({ listCollections }) => ({
    async *listCollections(query, options) {
      for await (const record of listCollections(query, options)) {
        yield { ...record, versionCount: record.versionCount + 1 };
      }
    },
  })),
  lie('gives a collection the size of nothing', ({ listCollections }) => ({
    async *listCollections(query, options) {
      for await (const record of listCollections(query, options)) yield { ...record, latestSize: 0 };
    },
  })),
  lie('lists collections of every project', ({ listCollections }) => ({
    listCollections: (query, options) => listCollections({ ...query, project: undefined }, options),
  })),
  lie('lists collections from z to a', ({ listCollections }) => ({
    async *listCollections(query, options) {
      const all = await collect(listCollections({ ...query, limit: undefined }, options));
      yield* all.reverse().slice(0, query.limit);
    },
  })),
];
