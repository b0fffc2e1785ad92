import type { Store } from '@cairn/core';
import { memoryHandler } from '@cairn/core/memory';
import * as v from 'valibot';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Api, Artifact, defineArtifact, type Version, withRun } from '../src/index.js';
import { caught } from './support/caught.js';
import { memoryStoreWithFiles } from './support/memory-store.js';
import { all, contents, log } from './support/versions.js';

let store: Store;
let api: Api;

beforeEach(() => {
  store = memoryStoreWithFiles();
  api = new Api({ store });
});

function artifactWith(files: Record<string, string>, metadata: object = {}): Artifact {
  const artifact = new Artifact('bike', { metadata: metadata as never });
  for (const [path, text] of Object.entries(files)) void artifact.newFile(path, text);
  return artifact;
}

describe('save', () => {
  test('writes exactly what changed, and nothing when nothing did', async () => {
    const patches: object[] = [];
    const noting: Store = {
      ...store,
      catalog: {
        ...store.catalog,
        updateVersion(id, patch, options) {
          patches.push(patch);
          return store.catalog.updateVersion(id, patch, options);
        },
      },
    };
    await log(store, artifactWith({ a: 'a' }, { rows: 1, nested: { deep: [1] } }));
    const version = await new Api({ store: noting }).artifact('bike');
    await version.save();
    version.metadata = { nested: { deep: [1] }, rows: 1 };
    version.aliases = ['latest'];
    await version.save();
    expect(patches).toEqual([]);

    version.description = 'd';
    (version.metadata.nested as { deep: unknown[] }).deep.push(2);
    version.aliases.add('best');
    version.tags = ['x'];
    version.ttl = 60;
    await version.save();
    expect(patches).toEqual([
      {
        description: { from: undefined, to: 'd' },
        metadata: {
          from: { rows: 1, nested: { deep: [1] } },
          to: { rows: 1, nested: { deep: [1, 2] } },
        },
        aliases: { revision: expect.any(Number), add: ['best'], remove: [] },
        tags: { from: [], to: ['x'] },
        ttl: { from: undefined, to: 60 },
      },
    ]);
    version.aliases.delete('best');
    version.description = undefined;
    version.ttl = undefined;
    await version.save();
    const again = await api.artifact('bike');
    expect(again).toMatchObject({ description: undefined, ttl: undefined });
    expect([...again.aliases, ...again.tags]).toEqual(['latest', 'x']);
  });

  test.each<[string, (version: Version) => void]>([
    [
      'description',
      (version) => {
        version.description = String(Math.random());
      },
    ],
    [
      'metadata',
      (version) => {
        version.metadata.x = Math.random();
      },
    ],
    [
      'tags',
      (version) => {
        version.tags.add(`t${Math.random()}`.replace('.', ''));
      },
    ],
    [
      'ttl',
      (version) => {
        version.ttl = Math.random();
      },
    ],
  ])('what someone else changed meanwhile is a conflict: %s', async (field, change) => {
    await log(store, artifactWith({ a: 'a' }));
    const [mine, theirs] = [await api.artifact('bike'), await api.artifact('bike')];
    change(theirs);
    await theirs.save();
    change(mine);
    const error = await caught(mine.save());
    expect(error.code).toBe('conflict');
    expect(error.message).toContain(field);
    const fresh = await api.artifact('bike');
    change(fresh);
    await fresh.save();
  });

  test('of an alias that moved meanwhile is a conflict; other fields do not matter', async () => {
    await log(store, artifactWith({ a: 'a' }));
    const mine = await api.artifact('bike:v0');
    mine.aliases.add('best');
    await withRun({ store }, (run) => run.logArtifact(artifactWith({ a: 'b' }), { aliases: ['best'] }));
    const other = await api.artifact('bike:v1');
    other.description = 'other';
    await other.save();
    expect((await caught(mine.save())).code).toBe('conflict');
    expect([...(await api.artifact('bike:best')).aliases].sort()).toEqual(['best', 'latest']);
  });

  test.each<[string, (version: Version) => unknown, string]>([
    [
      'an alias',
      (version) => {
        version.aliases = ['v1'];
      },
      'alias_invalid',
    ],
    [
      'a list that is none',
      (version) => {
        version.aliases = 'best';
      },
      'alias_invalid',
    ],
    [
      'an added alias',
      (version) => {
        version.aliases.add('a/b');
        return version.save();
      },
      'alias_invalid',
    ],
    [
      'a tag',
      (version) => {
        version.tags = ['a/b'];
      },
      'name_invalid',
    ],
    [
      'metadata',
      (version) => {
        version.metadata.x = Number.NaN;
        return version.save();
      },
      'metadata_invalid',
    ],
    [
      'a ttl',
      (version) => {
        version.ttl = -1;
        return version.save();
      },
      'metadata_invalid',
    ],
  ])('refuses %s', async (_, change, code) => {
    await log(store, artifactWith({ a: 'a' }));
    const version = await api.artifact('bike');
    expect((await caught(() => change(version))).code).toBe(code);
  });

  test('__proto__ is data', async () => {
    const metadata = JSON.parse('{"__proto__":{"polluted":1}}');
    await log(store, artifactWith({ a: 'a' }, metadata));
    const version = await api.artifact('bike');
    expect(Object.keys(version.metadata)).toEqual(['__proto__']);
    Object.assign(version, { description: 'x' });
    await version.save();
    expect(JSON.stringify((await api.artifact('bike')).metadata)).toBe('{"__proto__":{"polluted":1}}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('schemas', () => {
  const schema = z.object({ rows: z.number(), tags: z.array(z.string()).default(['none']) });

  test('narrow what is read, and refuse the rest by key path', async () => {
    await log(store, artifactWith({ a: 'a' }, { rows: 3 }));
    const version = await api.artifact('bike', { schema });
    expect(version.metadata).toEqual({ rows: 3, tags: ['none'] });
    await version.save();
    expect((await api.artifact('bike')).metadata).toEqual({ rows: 3 });
    version.metadata.rows = 4;
    await version.save();
    expect((await api.artifact('bike')).metadata).toEqual({ rows: 4, tags: ['none'] });

    await withRun({ store }, async (run) => {
      const wrong = v.object({ rows: v.string(), deep: v.object({ list: v.array(v.number()) }) });
      const error = await caught(run.useArtifact('bike', { schema: wrong }));
      expect(error.code).toBe('metadata_invalid');
      expect(error.message).toContain('"metadata.rows"');
      expect(error.message).toContain('"metadata.deep"');
      expect(await all(run.usedArtifacts())).toEqual([]);
    });
  });

  test('may make of metadata what is no JSON; it is not written back unless replaced', async () => {
    await log(store, artifactWith({ a: 'a' }, { at: '2026-01-01' }));
    const version = await api.artifact('bike', { schema: z.object({ at: z.coerce.date() }) });
    expect(version.metadata.at).toBeInstanceOf(Date);
    version.description = 'd';
    await version.save();
    expect(await api.artifact('bike')).toMatchObject({ description: 'd', metadata: { at: '2026-01-01' } });
  });

  test('check what is logged: at once, and again when it is logged', async () => {
    expect((await caught(() => new Artifact('a', { metadata: { rows: 'x' }, schema }))).code).toBe(
      'metadata_invalid',
    );
    const artifact = new Artifact('a', { metadata: { rows: 1 } as { rows: unknown }, schema } as never);
    (artifact.metadata as { rows: unknown }).rows = 'later';
    expect((await caught(log(store, artifact))).code).toBe('metadata_invalid');
  });

  test('that need time check when it is logged', async () => {
    const slow = z.object({ rows: z.number() }).refine(async ({ rows }) => rows > 0);
    const bad = new Artifact('a', { metadata: { rows: 0 }, schema: slow });
    expect((await caught(log(store, bad))).code).toBe('metadata_invalid');
    await log(store, new Artifact('a', { metadata: { rows: 1 }, schema: slow }));
  });

  test('of a definition serve who logs and who uses', async () => {
    const Bike = defineArtifact({ name: 'bike', type: 'dataset', metadata: schema });
    expect(Bike.artifactName).toBe('bike');
    expect((await caught(() => new Bike({ metadata: { rows: 'x' } as never }))).code).toBe(
      'metadata_invalid',
    );
    await withRun({ store }, async (run) => {
      const draft = new Bike({ metadata: { rows: 2 }, description: 'd' });
      expect(draft).toBeInstanceOf(Artifact);
      await draft.newFile('a', 'a');
      await run.logArtifact(draft, { aliases: ['best'] });
      for (const version of [await Bike.use(run), await Bike.use(run, 'v0'), await Bike.use(run, 'best')]) {
        expect(version).toMatchObject({
          type: 'dataset',
          description: 'd',
          metadata: { rows: 2, tags: ['none'] },
        });
      }
      await run.logArtifact(new Artifact('other', { type: 'model', metadata: { rows: 1 } }));
      const Other = defineArtifact({ name: 'other', type: 'dataset', metadata: schema });
      expect((await caught(Other.use(run))).code).toBe('type_mismatch');
    });
  });
});

describe('entries', () => {
  test('come in order, by prefix, and one by its path', async () => {
    const handler = memoryHandler();
    handler.put('r', Buffer.from('bytes'));
    const artifact = new Artifact('bike', { handlers: [handler] });
    for (const path of ['b', 'a/2', 'a/1', 'a-', '\u{1F600}', '\uFF5E']) await artifact.newFile(path, path);
    await artifact.addReference('memory:r');
    await log(store, artifact);
    const version = await new Api({ store, handlers: [handler] }).artifact('bike');
    const paths = (await all(version.entries())).map(({ path }) => path);
    expect(paths).toEqual(['a-', 'a/1', 'a/2', 'b', 'r', '\uFF5E', '\u{1F600}']);
    expect((await all(version.entries({ prefix: 'a/' }))).map(({ path }) => path)).toEqual(['a/1', 'a/2']);
    const file = await version.getPath('a/1');
    expect([file.path, file.size, file.ref(), file.digest]).toEqual([
      'a/1',
      3,
      undefined,
      expect.stringMatching(/^blake3:/),
    ]);
    const reference = await version.getPath('r');
    expect([reference.ref(), reference.size]).toEqual(['memory:r', 5]);
    expect(await new Response(reference.open({ range: { start: 1, end: 3 } })).text()).toBe('yt');
    expect(await new Response(file.open({ range: { start: 2 } })).text()).toBe('1');
  });

  test('that are not there are not_found, with the nearest', async () => {
    const version = await log(store, artifactWith({ 'images/cat.png': '1', 'images/dog.png': '2' }));
    expect(await caught(version.getPath('images/cta.png'))).toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('"images/cat.png"'),
    });
    expect(await caught(version.getPath('images'))).toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('entries({ prefix: "images/" })'),
    });
    expect((await caught(version.getPath('../x'))).code).toBe('not_found');
  });
});

describe('lineage', () => {
  test('from both ends', async () => {
    const raw = new Artifact('raw');
    const data = new Artifact('data');
    const model = new Artifact('model');
    await raw.newFile('f', 'raw');
    await data.newFile('f', 'data');
    await model.newFile('f', 'model');
    await withRun({ store, name: 'prepare' }, async (run) => {
      await run.useArtifact(raw);
      await run.logArtifact(data);
    });
    await withRun({ store, name: 'train' }, async (run) => {
      await run.useArtifact('data');
      await run.logArtifact(model);
    });
    const version = await api.artifact('data');
    const producer = await version.loggedBy();
    expect(producer).toMatchObject({ name: 'prepare', state: 'finished' });
    expect((await all(producer?.usedArtifacts() ?? api.artifacts())).map(({ name }) => name)).toEqual([
      'raw',
    ]);
    expect((await all(producer?.loggedArtifacts() ?? api.artifacts())).map(({ name }) => name)).toEqual([
      'data',
    ]);
    expect((await all(version.usedBy())).map(({ name }) => name)).toEqual(['train']);
    expect(await (await api.artifact('raw')).loggedBy()).toBeUndefined();

    const nameOf = ({ nodes }: Awaited<ReturnType<Version['lineage']>>) =>
      nodes.map((node) => (node.kind === 'run' ? `run ${node.run.name}` : node.version.name));
    expect(nameOf(await version.lineage({ direction: 'up', depth: 9 }))).toEqual([
      'data',
      'run prepare',
      'raw',
    ]);
    expect(nameOf(await version.lineage({ direction: 'down', depth: 1 }))).toEqual(['data', 'run train']);
    expect((await version.lineage()).nodes).toHaveLength(5);
    const cut = await version.lineage({ maxNodes: 1 });
    expect([cut.nodes.length, [...cut.beyond.values()]]).toEqual([1, [2]]);
    expect(nameOf(await (producer as NonNullable<typeof producer>).lineage({ depth: 1 })).sort()).toEqual([
      'data',
      'raw',
      'run prepare',
    ]);
  });
});

describe('diff', () => {
  test('tells what was added, removed, changed and moved, and the metadata by key path', async () => {
    const before = await log(
      store,
      artifactWith(
        { same: '=', gone: 'gone', edited: '1', old: 'moved', 'old 2': 'moved' },
        { a: { b: 1, c: [1, 2] }, d: 1 },
      ),
    );
    const after = await log(
      store,
      artifactWith(
        { same: '=', fresh: 'fresh', edited: '2', new: 'moved' },
        { a: { b: 2, c: [1] }, e: null },
      ),
    );
    const diff = await before.diff(after);
    const path = ({ path }: { path: string }) => path;
    expect(diff.added.map(path)).toEqual(['fresh']);
    expect(diff.removed.map(path)).toEqual(['gone', 'old 2']);
    expect(diff.changed.map(({ before, after }) => [before.path, before.digest === after.digest])).toEqual([
      ['edited', false],
    ]);
    expect(diff.moved.map(({ before, after }) => [before.path, after.path])).toEqual([['old', 'new']]);
    expect(diff.metadata).toEqual([
      { kind: 'changed', path: ['a', 'b'], before: 1, after: 2 },
      { kind: 'removed', path: ['a', 'c', 1], before: 2 },
      { kind: 'removed', path: ['d'], before: 1 },
      { kind: 'added', path: ['e'], after: null },
    ]);
    expect(await before.diff(before)).toEqual({
      added: [],
      removed: [],
      changed: [],
      moved: [],
      metadata: [],
    });
  });

  test('also with a version of another store', async () => {
    const here = await log(store, artifactWith({ a: '1', b: '2' }));
    const there = await log(memoryStoreWithFiles(), artifactWith({ a: '1', b: '3' }));
    expect((await here.diff(there)).changed).toHaveLength(1);
  });
});

describe('delete', () => {
  test('is refused while there are aliases other than latest, unless told to', async () => {
    await withRun({ store }, (run) => run.logArtifact(artifactWith({ a: '1' }), { aliases: ['best'] }));
    const second = await log(store, artifactWith({ a: '2' }));
    const first = await api.artifact('bike:v0');
    expect((await caught(first.delete())).code).toBe('conflict');
    await second.delete();
    expect(`${await api.artifact('bike')}`).toBe('local/default/bike:v0');
    await first.delete({ deleteAliases: true });
    expect((await caught(api.artifact('bike:best'))).code).toBe('not_found');
    expect(await log(store, artifactWith({ a: '1' }))).toMatchObject({ version: 'v2', created: true });
  });
});

describe('restore', () => {
  test('brings a deleted version back, which a list shows by itself', async () => {
    const version = await log(store, artifactWith({ a: '1' }));
    await log(store, artifactWith({ a: '2' }));
    await version.delete();
    const deleted: Version[] = [];
    for await (const each of api.artifacts({ name: 'bike', deleted: true })) deleted.push(each);
    expect(deleted.map(String)).toEqual(['local/default/bike:v0']);
    await deleted[0]?.restore();
    expect(await contents(await api.artifact('bike:v0'))).toEqual({ a: '1' });
    expect(`${await api.artifact('bike')}`).toBe('local/default/bike:v1');
    await version.delete();
    await log(store, artifactWith({ a: '1' }));
    expect((await caught(version.restore())).code).toBe('conflict');
  });
});

describe('a version', () => {
  test('outlives its run, and shows what it is', async () => {
    const version = await log(store, artifactWith({ a: 'a' }));
    expect(await contents(version)).toEqual({ a: 'a' });
    expect(`${version}`).toBe('local/default/bike:v0');
    expect(JSON.parse(JSON.stringify(version))).toMatchObject({ name: 'bike', version: 'v0' });
  });

  test('of another copy of the sdk is refused where its inside is needed', async () => {
    const version = await log(store, artifactWith({ a: 'a' }));
    await expect(version.diff({ ...version } as never)).rejects.toThrow(TypeError);
  });
});
