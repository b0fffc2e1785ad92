import type { Place, SortKey, VersionRecord } from '@cairn/core';
import { expect } from 'vitest';
import { expectCairnError } from '../expect-cairn-error.js';
import { collect } from '../helpers.js';
import { type CatalogCase, commit, commitEach, freshCollection, numbers, startRun } from './fixture.js';

/** Runs a task so many times, a few dozen at once. */
async function many(count: number, task: (n: number) => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += 50) {
    await Promise.all(Array.from({ length: Math.min(50, count - done) }, (_, n) => task(done + n)));
  }
}

export const listing: readonly CatalogCase[] = [
  {
    name: 'finds a version by its number, an alias or its digest',
    async run({ catalog }) {
      const collection = freshCollection();
      await commit(catalog, collection);
      const second = await commit(catalog, collection, { aliases: ['best'] });
      await commit(catalog, collection);
      const { digest } = second;
      for (const selector of [{ version: 1 }, { alias: 'best' }, { digest }]) {
        expect((await catalog.findVersion(collection, selector))?.id).toBe(second.id);
      }
    },
  },
  {
    name: 'finds nothing where nothing is',
    async run({ catalog }) {
      const collection = freshCollection();
      const { digest } = await commit(catalog, collection);
      expect(await catalog.findVersion(collection, { version: 1 })).toBeUndefined();
      expect(await catalog.findVersion(collection, { alias: 'best' })).toBeUndefined();
      for (const other of [
        freshCollection(),
        { ...collection, project: 'p' },
        { ...collection, name: 'n' },
      ]) {
        expect(await catalog.findVersion(other, { alias: 'latest' })).toBeUndefined();
        expect(await catalog.findVersion(other, { digest })).toBeUndefined();
      }
    },
  },
  {
    name: 'lists versions, the newest first',
    async run({ catalog }) {
      const collection = freshCollection();
      await commitEach(catalog, collection, [{}, {}, {}]);
      expect(await numbers(catalog, collection)).toEqual([2, 1, 0]);
    },
  },
  {
    name: 'lists versions of one entity, project, name or type only',
    async run({ catalog }) {
      const here = freshCollection();
      const wanted = await commit(catalog, here);
      const others = [
        await commit(catalog, freshCollection()),
        await commit(catalog, { ...here, project: 'other' }),
        await commit(catalog, { ...here, name: 'other' }, { type: 'model' }),
      ];
      const idsFor = async (query: Parameters<typeof catalog.listVersions>[0]) =>
        (await collect(catalog.listVersions(query))).map(({ id }) => id);
      const { entity, project, name } = here;
      expect(await idsFor(here)).toEqual([wanted.id]);
      expect(await idsFor({ entity, project, type: 'dataset' })).toEqual([wanted.id]);
      expect(await idsFor({ entity, name })).toEqual([others[1]?.id, wanted.id]);
      expect((await idsFor({ entity })).length).toBe(3);
    },
  },
  {
    name: 'lists no more than the limit',
    async run({ catalog }) {
      const collection = freshCollection();
      await commitEach(catalog, collection, [{}, {}, {}]);
      expect(await numbers(catalog, { ...collection, limit: 2 })).toEqual([2, 1]);
      expect(await numbers(catalog, { ...collection, limit: 0 })).toEqual([]);
      expect(await numbers(catalog, { ...collection, limit: 10 })).toEqual([2, 1, 0]);
    },
  },
  {
    name: 'lists 1,001 versions, and as many collections, without a cut',
    async run({ catalog }) {
      const first = freshCollection();
      const { id: runId } = await startRun(catalog, first);
      const edge = { runId, direction: 'output' } as const;
      await many(1001, (n) => commit(catalog, { ...first, name: `data-${n}` }, { edge }));
      const query = { entity: first.entity };
      const names = (records: readonly { name: string }[]) => new Set(records.map(({ name }) => name)).size;
      expect(names(await collect(catalog.listVersions(query)))).toBe(1001);
      expect(names(await collect(catalog.listCollections(query)))).toBe(1001);
      expect(names(await collect(catalog.versionsOfRun(runId, 'output')))).toBe(1001);
    },
  },
  {
    name: 'lists 1,001 runs without a cut',
    async run({ catalog }) {
      const collection = freshCollection();
      await many(1001, () => startRun(catalog, collection));
      const runs = await collect(catalog.listRuns({ entity: collection.entity }));
      expect(new Set(runs.map(({ id }) => id)).size).toBe(1001);
    },
  },
  {
    name: 'lists runs, the newest first, of one project or job type only',
    async run({ catalog }) {
      const here = freshCollection();
      const { entity, project } = here;
      const first = await startRun(catalog, here, { jobType: 'train' });
      const second = await startRun(catalog, here, { jobType: 'evaluate' });
      const third = await startRun(catalog, { ...here, project: 'other' }, { jobType: 'train' });
      const idsFor = async (query: Parameters<typeof catalog.listRuns>[0]) =>
        (await collect(catalog.listRuns(query))).map(({ id }) => id);
      expect(await idsFor({ entity })).toEqual([third.id, second.id, first.id]);
      expect(await idsFor({ entity, project })).toEqual([second.id, first.id]);
      expect(await idsFor({ entity, jobType: 'train' })).toEqual([third.id, first.id]);
      expect(await idsFor({ entity, limit: 1 })).toEqual([third.id]);
    },
  },
  {
    name: 'lists what is in some places only, and goes on behind nothing else',
    async run({ catalog }) {
      const here = freshCollection();
      const there = { ...freshCollection(), project: here.project };
      const places = [here, { ...here, project: 'other' }, there, { ...there, project: 'other' }];
      const runs: string[] = [];
      const versions: string[] = [];
      for (const place of places) {
        runs.push((await startRun(catalog, place)).id);
        versions.push((await commit(catalog, place)).id);
      }
      const found = async (within: readonly Place[]) => {
        const listed = [
          (await collect(catalog.listRuns({ within }))).map(({ id }) => runs.indexOf(id)),
          (await collect(catalog.listVersions({ within }))).map(({ id }) => versions.indexOf(id)),
          (await collect(catalog.listCollections({ within }))).map(({ entity, project }) =>
            places.findIndex((place) => place.entity === entity && place.project === project),
          ),
        ];
        return listed.map((indices) => indices.sort());
      };
      const { entity, project } = here;
      const both = [{ entity: here.entity }, { entity: there.entity }];
      expect(await found(both)).toEqual([
        [0, 1, 2, 3],
        [0, 1, 2, 3],
        [0, 1, 2, 3],
      ]);
      expect(await found([{ entity, project }, { entity: there.entity }])).toEqual([
        [0, 2, 3],
        [0, 2, 3],
        [0, 2, 3],
      ]);
      expect(await found([{ entity, project }])).toEqual([[0], [0], [0]]);
      expect(await found([])).toEqual([[], [], []]);
      const within = [{ entity, project }];
      for (const list of [
        catalog.listRuns({ within, after: runs[2] }),
        catalog.listVersions({ within, after: versions[2] }),
        catalog.listCollections({ within, after: `${there.entity}/${there.project}/${there.name}` }),
      ])
        await expectCairnError(collect<unknown>(list), 'not_found');
    },
  },
  {
    name: 'goes on behind any version of a list, however it is sorted, and also when that was deleted since',
    async run({ catalog }) {
      const collection = freshCollection();
      const scores = [0.5, 'high', 0.5, null, 7, 'high'];
      const made = await commitEach(
        catalog,
        collection,
        scores.map((score) => ({ score })),
      );
      const sorts: (SortKey | undefined)[] = [
        undefined,
        { field: 'version' },
        { field: 'created', descending: true },
        { field: 'metadata', path: ['score'] },
        { field: 'metadata', path: ['score'], descending: true },
      ];
      const gone = made[2] as VersionRecord;
      for (const wasDeleted of [false, true]) {
        if (wasDeleted) await catalog.deleteVersion(gone.id);
        for (const sort of sorts) {
          const query = { ...collection, sort };
          const all = await numbers(catalog, query);
          for (const [i, number] of all.entries()) {
            const after = made[number]?.id;
            expect(await numbers(catalog, { ...query, after })).toEqual(all.slice(i + 1));
            expect(await numbers(catalog, { ...query, after, limit: 2 })).toEqual(all.slice(i + 1, i + 3));
          }
        }
      }
      expect(await numbers(catalog, { ...collection, after: gone.id })).toEqual([1, 0]);
    },
  },
  {
    name: 'goes on behind any run, collection or edge',
    async run({ catalog }) {
      const collection = freshCollection();
      const { entity, project } = collection;
      const runs: string[] = [];
      const versions: string[] = [];
      for (const name of ['a', 'b', 'c']) {
        runs.unshift((await startRun(catalog, collection)).id);
        versions.push((await commit(catalog, { ...collection, name })).id);
        await commit(catalog, { ...collection, name, project: 'other' });
      }
      const [firstVersion = '', firstRun = ''] = [versions[0], runs[0]];
      for (const runId of runs) await catalog.recordUse(runId, firstVersion);
      for (const id of versions) await catalog.recordUse(firstRun, id);
      const ids = async (items: AsyncIterable<{ readonly id: string }>) =>
        (await collect(items)).map(({ id }) => id);
      for (const limit of [1, undefined]) {
        const end = limit === undefined ? 3 : 2;
        expect(await ids(catalog.listRuns({ entity, after: firstRun, limit }))).toEqual(runs.slice(1, end));
        const used = catalog.versionsOfRun(firstRun, 'input', { after: firstVersion, limit });
        expect(await ids(used)).toEqual(versions.slice(1, end));
        const by = catalog.runsOfVersion(firstVersion, 'input', { after: runs[1], limit });
        expect(await ids(by)).toEqual(runs.slice(2));
        const found = await collect(
          catalog.listCollections({ entity, after: `${entity}/${project}/a`, limit }),
        );
        const names = ['other/a', `${project}/b`, 'other/b', `${project}/c`, 'other/c'];
        expect(found.map((each) => `${each.project}/${each.name}`)).toEqual(names.slice(0, limit));
      }
    },
  },
  {
    name: 'does not begin anywhere else when what it shall begin behind is not there',
    async run({ catalog }) {
      const collection = freshCollection();
      const { id } = await commit(catalog, collection);
      const { id: runId } = await startRun(catalog, collection);
      const after = 'nobody';
      const lists: AsyncIterable<unknown>[] = [
        catalog.listVersions({ ...collection, after }),
        catalog.listRuns({ entity: collection.entity, after }),
        catalog.listCollections({ entity: collection.entity, after }),
        catalog.versionsOfRun(runId, 'input', { after }),
        catalog.runsOfVersion(id, 'input', { after }),
      ];
      for (const list of lists) await expectCairnError(collect(list), 'not_found');
    },
  },
  {
    name: 'lists collections by name, with what is true of them',
    async run({ catalog }) {
      const b = freshCollection('b');
      await commit(catalog, b);
      const newest = await commit(catalog, b, { aliases: ['best'] });
      const model = await commit(catalog, { ...b, name: 'a' }, { type: 'model' });
      const [first, second] = await collect(catalog.listCollections({ entity: b.entity }));
      expect(first).toMatchObject({
        name: 'a',
        type: 'model',
        versionCount: 1,
        latest: 0,
        latestSize: model.size,
      });
      expect(second).toMatchObject({
        ...b,
        type: 'dataset',
        versionCount: 2,
        latest: 1,
        latestSize: newest.size,
      });
      expect(second?.updatedAt).toBe(newest.createdAt);
      expect(first?.createdAt).toBe(model.createdAt);
      expect([...(second?.aliases ?? [])].sort((x, y) => (x.alias < y.alias ? -1 : 1))).toEqual([
        { alias: 'best', version: 1 },
        { alias: 'latest', version: 1 },
      ]);
    },
  },
  {
    name: 'lists collections of one project or type only, and no more than the limit',
    async run({ catalog }) {
      const here = freshCollection('b');
      await commit(catalog, here);
      await commit(catalog, { ...here, name: 'a' }, { type: 'model' });
      await commit(catalog, { ...here, name: 'c', project: 'other' });
      const { entity, project } = here;
      const namesFor = async (query: Parameters<typeof catalog.listCollections>[0]) =>
        (await collect(catalog.listCollections(query))).map(({ name }) => name);
      expect(await namesFor({ entity, project })).toEqual(['a', 'b']);
      expect(await namesFor({ entity, type: 'dataset' })).toEqual(['b', 'c']);
      expect(await namesFor({ entity, limit: 2 })).toEqual(['a', 'b']);
    },
  },
];
