import type { Catalog, CommitRequest, JsonObject } from '@cairn/core';
import { expect } from 'vitest';
import { badInputs, expandInput, type InputPlace } from '../bad-inputs.js';
import { expectCairnError } from '../expect-cairn-error.js';
import { collect } from '../helpers.js';
import { type CatalogCase, commit, commitOf, freshCollection, numbers, runOf } from './fixture.js';

/** The inputs that a place must refuse, as values. JSON text is left to the parser of metadata. */
function refused(at: InputPlace) {
  return badInputs(at)
    .filter(({ input, outcome }) => outcome === 'reject' && !isText(input))
    .flatMap(({ id, input, code }) =>
      expandInput(input).map((value) => ({ id, value, code: code ?? 'name_invalid' })),
    );
}

function isText(input: unknown): boolean {
  return (input as { kind?: string } | null)?.kind === 'jsonText';
}

/** A case that commits every bad input of a place, and expects each to be refused with nothing stored. */
function refuses(
  name: string,
  at: InputPlace,
  change: (value: never) => Partial<CommitRequest>,
): CatalogCase {
  return {
    name,
    async run({ catalog }) {
      const collection = freshCollection();
      for (const { value, code } of refused(at)) {
        await expectCairnError(commit(catalog, collection, change(value as never)), code);
      }
      expect(await collect(catalog.listCollections({ entity: collection.entity }))).toEqual([]);
    },
  };
}

/** A case that gives every bad input of a place to a version that exists, and expects it to stay as it is. */
async function refusesPatches(
  catalog: Catalog,
  at: InputPlace,
  change: (value: never, revision: number) => Parameters<Catalog['updateVersion']>[1],
): Promise<void> {
  const before = await commit(catalog, freshCollection());
  for (const { value, code } of refused(at)) {
    const patch = change(value as never, before.aliasRevision);
    await expectCairnError(catalog.updateVersion(before.id, patch), code);
  }
  expect(await catalog.findVersion(before, { version: 0 })).toEqual(before);
}

export const refusals: readonly CatalogCase[] = [
  refuses('refuses what can be no name of an artifact', 'name', (name: string) => ({ name })),
  refuses('refuses what can be no type', 'type', (type: string) => ({ type })),
  refuses('refuses what can be no project', 'project', (project: string) => ({ project })),
  {
    name: 'refuses what can be no entity',
    async run({ catalog }) {
      for (const { value, code } of refused('entity')) {
        const collection = { ...freshCollection(), entity: value as string };
        await expectCairnError(commit(catalog, collection), code);
      }
    },
  },
  refuses('refuses what can be no alias', 'alias', (alias: string) => ({ aliases: ['ok', alias] })),
  refuses('refuses too many aliases', 'aliases', (aliases: string[]) => ({ aliases })),
  refuses('refuses what can be no metadata', 'metadata', (value: JsonObject) => ({ metadata: { value } })),
  {
    name: 'refuses an alias that looks like a version',
    async run({ catalog }) {
      const collection = freshCollection();
      await expectCairnError(commit(catalog, collection, { aliases: ['v3'] }), 'alias_invalid');
      expect(await numbers(catalog, collection)).toEqual([]);
    },
  },
  {
    name: 'refuses what can be no tag',
    async run({ catalog }) {
      const collection = freshCollection();
      for (const tag of ['', ' x', 'x ', 'a/b', 'a:b', 'ä', 'n'.repeat(129)]) {
        await expectCairnError(commit(catalog, collection, { tags: [tag] }), 'name_invalid');
      }
      expect(await numbers(catalog, collection)).toEqual([]);
    },
  },
  {
    name: 'refuses a commit with a time to live that can be none',
    async run({ catalog }) {
      const collection = freshCollection();
      for (const ttl of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expectCairnError(commit(catalog, collection, { ttl }), 'metadata_invalid');
      }
      expect(await numbers(catalog, collection)).toEqual([]);
    },
  },
  {
    name: 'refuses a commit without digests, counts or sizes that are ones',
    async run({ catalog }) {
      const collection = freshCollection();
      const { digest } = commitOf(collection);
      for (const changes of [
        { digest: 'blake3:abc' },
        { digest: digest.toUpperCase() as typeof digest },
        { manifest: 'md5:d41d8cd98f00b204e9800998ecf8427e' as typeof digest },
        { entryCount: -1 },
        { entryCount: 1.5 },
        { size: Number.NaN },
        { size: 2 ** 53 },
      ] as const) {
        await expectCairnError(commit(catalog, collection, changes), 'manifest_invalid');
      }
      expect(await numbers(catalog, collection)).toEqual([]);
    },
  },
  {
    name: 'refuses a run of a bad project, id or job type, or with a bad config',
    async run({ catalog }) {
      const run = runOf(freshCollection());
      for (const { value } of refused('project')) {
        await expectCairnError(catalog.startRun({ ...run, project: value as string }), 'name_invalid');
        await expectCairnError(catalog.startRun({ ...run, jobType: value as string }), 'name_invalid');
        await expectCairnError(catalog.startRun({ ...run, id: value as string }), 'name_invalid');
      }
      const config = { rate: Number.NaN };
      await expectCairnError(catalog.startRun({ ...run, config }), 'metadata_invalid');
      expect(await catalog.getRun(run.id)).toBeUndefined();
    },
  },
  {
    name: 'refuses to change a version to metadata, tags or a time to live that can be none',
    async run({ catalog }) {
      await refusesPatches(catalog, 'metadata', (value) => ({ metadata: { from: {}, to: { value } } }));
      const before = await commit(catalog, freshCollection());
      const tags = { from: [], to: ['a/b'] };
      await expectCairnError(catalog.updateVersion(before.id, { tags }), 'name_invalid');
      for (const to of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        const ttl = { from: undefined, to };
        await expectCairnError(catalog.updateVersion(before.id, { ttl }), 'metadata_invalid');
      }
      expect(await catalog.findVersion(before, { version: 0 })).toEqual(before);
    },
  },
  {
    name: 'refuses to give a version what can be no alias',
    async run({ catalog }) {
      await refusesPatches(catalog, 'alias', (alias, revision) => ({
        aliases: { revision, add: [alias], remove: [] },
      }));
    },
  },
];
