import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError } from '@cairn/core';
import {
  Api,
  Artifact,
  init,
  type RunOptions,
  syncStore,
  type Version,
  type WorkspaceOptions,
  withRun,
} from '@cairn/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Listening, listen, type Server } from '../src/index.js';
import { type Lab, openLab } from './lab.js';

// The sdk over a real server, on a real port: what a user's script does, with nothing changed but where the store is.

let lab: Lab;
let listening: Listening;
let requests: string[];
let place: WorkspaceOptions & { readonly apiKey: string };
let folder: string;

beforeAll(async () => {
  lab = await openLab();
  const { server } = lab;
  const counted: Server = {
    ...server,
    basePath: server.basePath,
    isOpen: server.isOpen,
    firstToken: () => server.firstToken(),
    node(request, response) {
      requests.push(`${request.method} ${request.url}`);
      return server.node(request, response);
    },
  };
  listening = await listen(counted, { port: 0 });
});
afterAll(() => listening.close());

beforeEach(async (context) => {
  requests = [];
  folder = mkdtempSync(join(tmpdir(), 'cairn-server-sdk-'));
  vi.stubEnv('CAIRN_CACHE_DIR', join(folder, 'cache'));
  vi.stubEnv('XDG_DATA_HOME', join(folder, 'data'));
  const entity = `team-${context.task.id.replaceAll(/\W/g, '-')}`;
  const apiKey = await lab.keyFor('ann', [{ entity, project: '*', role: 'write' }]);
  place = { store: listening.url, apiKey, entity, project: 'bikes' };
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

async function contents(version: Version<object>): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const entry of version.entries()) texts[entry.path] = await new Response(entry.open()).text();
  return texts;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error,
  );
  if (!CairnError.is(error)) throw error;
  return error.code;
}

async function log(name: string, files: Record<string, string>, options: RunOptions = {}) {
  return withRun({ ...place, ...options }, async (run) => {
    const artifact = new Artifact(name, { type: 'dataset', metadata: { count: Object.keys(files).length } });
    for (const [path, text] of Object.entries(files)) await artifact.newFile(path, text);
    return run.logArtifact(artifact);
  });
}

describe('over a server', () => {
  test('what is logged is used, downloaded, verified and traced', async () => {
    const large = Buffer.alloc(3_000_000, 'abcdefghijk');
    mkdirSync(join(folder, 'photos'));
    writeFileSync(join(folder, 'photos/large.bin'), large);
    for (let i = 0; i < 300; i++) writeFileSync(join(folder, `photos/${i}.txt`), `picture ${i}`);
    const logged = await withRun({ ...place, jobType: 'collect' }, async (run) => {
      const photos = new Artifact('photos', { type: 'dataset', metadata: { rows: 300 } });
      await photos.addDir(join(folder, 'photos'));
      return run.logArtifact(photos, { aliases: ['best'], tags: ['raw'] });
    });
    expect(logged).toMatchObject({ version: 'v0', created: true, files: { new: 301, reused: 0 } });

    const model = await withRun({ ...place, jobType: 'train' }, async (run) => {
      const photos = await run.useArtifact('photos:best');
      const root = await photos.download({ root: join(folder, 'copy') });
      expect(readFileSync(join(root, 'large.bin')).equals(large)).toBe(true);
      expect(await photos.verify(root)).toMatchObject({ changed: [], missing: [], stranger: [] });
      const entry = await photos.getPath('17.txt');
      expect(await new Response(entry.open({ range: { start: 8, end: 10 } })).text()).toBe('17');
      const artifact = new Artifact('model', { type: 'model' });
      await artifact.newFile('weights', 'w');
      return run.logArtifact(artifact);
    });
    const producer = await model.loggedBy();
    expect(producer).toMatchObject({ jobType: 'train', state: 'finished' });
    expect((await all(producer?.usedArtifacts() ?? none())).map(String)).toEqual([`${logged}`]);
    const { nodes, edges } = await model.lineage({ direction: 'up', depth: 4 });
    expect([nodes.length, edges.length]).toEqual([4, 3]);
  });

  test('calls that nobody awaits are numbered in their order, and equal contents are one version', async () => {
    await withRun(place, async (run) => {
      const calls = Array.from({ length: 10 }, async (_, index) => {
        const artifact = new Artifact('series', { metadata: { index } });
        void artifact.newFile('value', `${Math.min(index, 7)}`);
        return run.logArtifact(artifact);
      });
      const versions = await Promise.all(calls);
      expect(versions.map(({ version }) => version)).toEqual([
        ...Array.from({ length: 8 }, (_, i) => `v${i}`),
        'v7',
        'v7',
      ]);
    });
    const found = await all(
      new Api(place).artifacts({ name: 'series', where: 'metadata.index>=5', sort: 'version' }),
    );
    expect(found.map(({ metadata }) => metadata.index)).toEqual([5, 6, 7]);
  });

  test('labels are edited and versions deleted', async () => {
    await log('data', { a: 'one' });
    await log('data', { a: 'two' });
    const api = new Api(place);
    const version = await api.artifact('data:v0');
    const other = await api.artifact('data:v0');
    version.description = 'the first';
    version.aliases.add('best');
    version.tags.add('raw');
    version.metadata.note = 'x';
    await version.save();
    expect(await api.artifact('data:best')).toMatchObject({ version: 'v0', description: 'the first' });
    other.description = 'another';
    expect(await codeOf(other.save())).toBe('conflict');
    expect(await codeOf(version.delete({ deleteAliases: true }))).toBe('forbidden');
    const { entity } = place as { entity: string };
    const admin = {
      ...place,
      apiKey: await lab.keyFor('kim', [{ entity, project: 'bikes', role: 'admin' }]),
    };
    const same = await new Api(admin).artifact('data:v0');
    expect(await codeOf(same.delete())).toBe('conflict');
    await same.delete({ deleteAliases: true });
    expect(await codeOf(api.artifact('data:v0'))).toBe('not_found');
    expect((await all(api.collections())).map(({ name, versionCount }) => [name, versionCount])).toEqual([
      ['data', 1],
    ]);
  });

  test('a draft of a version sends what changed, also into another project', async () => {
    const first = await log('data', { keep: 'keep', change: 'before' });
    const next = await withRun(place, async (run) => {
      const draft = Artifact.from(first);
      await draft.newFile('change', 'after', { overwrite: true });
      return run.logArtifact(draft);
    });
    expect(next).toMatchObject({ version: 'v1', files: { new: 1, reused: 1 } });
    const copy = await withRun({ ...place, project: 'other' }, (run) => run.logArtifact(Artifact.from(next)));
    expect(copy).toMatchObject({
      project: 'other',
      version: 'v0',
      digest: next.digest,
      files: { new: 2, reused: 0 },
    });
    expect(await contents(copy)).toEqual({ keep: 'keep', change: 'after' });
  });

  test('small files travel together, wherever they go', async () => {
    const files = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${i}`, `contents of ${i}`]));
    const version = await log('data', files);
    expect(requests.length).toBeLessThan(20);
    requests.length = 0;
    const copy = await withRun({ ...place, project: 'other' }, (run) =>
      run.logArtifact(Artifact.from(version)),
    );
    expect(copy).toMatchObject({ digest: version.digest, files: { new: 500 } });
    expect(requests.length).toBeLessThan(30);
    requests.length = 0;
    const { entity, apiKey } = place;
    const store = join(folder, 'store');
    await syncStore({ from: listening.url, to: store, apiKey, entity, project: 'other' });
    expect(await contents(await new Api({ ...place, store, project: 'other' }).artifact('data'))).toEqual(
      files,
    );
    expect(requests.length).toBeLessThan(30);
  });

  test("a draft of one's own store is sent to the server", async () => {
    const store = join(folder, 'store');
    const own = await log('data', { a: 'own' }, { store });
    const sent = await withRun(place, (run) => run.logArtifact(Artifact.from(own)));
    expect(await contents(sent)).toEqual({ a: 'own' });
    expect(sent.digest).toBe(own.digest);
  });

  test('what is there already is not asked for again', async () => {
    await log('data', { a: 'one', b: 'two' });
    const version = await new Api(place).artifact('data');
    const root = join(folder, 'copy');
    await version.download({ root });
    requests.length = 0;
    await version.download({ root });
    expect(requests).toEqual([]);
    await (await new Api(place).artifact('data:latest')).download({ root });
    expect(requests).toHaveLength(1);
  });
});

describe('a key', () => {
  test('is needed, by option or environment', async () => {
    const { apiKey, ...withoutKey } = place;
    expect(await codeOf(init(withoutKey))).toBe('unauthenticated');
    vi.stubEnv('CAIRN_API_KEY', apiKey);
    vi.stubEnv('CAIRN_STORE', listening.url);
    await log('data', { a: 'one' }, { store: undefined, apiKey: undefined });
    expect(await new Api({ entity: place.entity, project: 'bikes' }).artifact('data')).toMatchObject({
      version: 'v0',
    });
    expect(await codeOf(new Api({ ...place, apiKey: `${apiKey}x` }).artifact('data'))).toBe(
      'unauthenticated',
    );
  });

  test('of a reader reads and writes nothing; of a stranger it sees nothing', async () => {
    await log('data', { a: 'one' });
    const { entity } = place as { entity: string };
    const reader = {
      ...place,
      apiKey: await lab.keyFor('ben', [{ entity, project: 'bikes', role: 'read' }]),
    };
    expect(await contents(await new Api(reader).artifact('data'))).toEqual({ a: 'one' });
    expect(await codeOf(init(reader))).toBe('forbidden');
    const stranger = {
      ...place,
      apiKey: await lab.keyFor('eve', [{ entity: 'eves', project: '*', role: 'admin' }]),
    };
    expect(await codeOf(new Api(stranger).artifact('data'))).toBe('not_found');
    expect(await codeOf(init(stranger))).toBe('not_found');
  });

  test('that is revoked opens nothing from then on', async () => {
    await log('data', { a: 'one' });
    const api = new Api(place);
    const version = await api.artifact('data');
    const keys = await all(lab.store.access.listKeys({ user: 'ann' }));
    for (const { id } of keys) await lab.store.access.revokeKey(id, {});
    expect(await codeOf(api.artifact('data'))).toBe('unauthenticated');
    expect(await codeOf(version.delete())).toBe('unauthenticated');
  });
});

describe('offline', () => {
  test('a run is logged to the folder, and sent once the server is to be reached', async () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      const run = await init({ ...place, mode: 'offline', jobType: 'train' });
      for (const text of ['one', 'two']) {
        const artifact = new Artifact('data', { type: 'dataset', metadata: { text } });
        await artifact.newFile('shared', 'shared');
        await artifact.newFile('text', text);
        await run.logArtifact(artifact, { aliases: [text] });
      }
      await run.useArtifact('data:v0');
      await run.finish();
      expect(requests).toEqual([]);

      const { versions } = await run.sync();
      expect(versions.map(({ from, to, created }) => [from, to, created])).toEqual([
        [0, 0, true],
        [1, 1, true],
      ]);
      const there = await new Api(place).artifact('data:two');
      const here = await new Api({ ...place, mode: 'offline' }).artifact('data:two');
      expect(there).toMatchObject({ digest: here.digest, version: 'v1', metadata: { text: 'two' } });
      expect(await contents(there)).toEqual({ shared: 'shared', text: 'two' });
      expect(await there.loggedBy()).toMatchObject({ id: run.id, state: 'finished', jobType: 'train' });

      requests.length = 0;
      const again = await syncStore({
        to: listening.url,
        apiKey: place.apiKey,
        entity: place.entity,
        project: 'bikes',
      });
      expect(again).toMatchObject({
        runs: 0,
        versions: [
          { to: 0, created: false },
          { to: 1, created: false },
        ],
      });
      expect(requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
    } finally {
      process.chdir(before);
    }
  });

  test('what the server has comes to a folder, and can be used there', async () => {
    await log('data', { a: 'one' });
    const store = join(folder, 'store');
    const { entity, apiKey } = place;
    await syncStore({ from: listening.url, to: store, apiKey, entity });
    expect(await contents(await new Api({ ...place, store }).artifact('data'))).toEqual({ a: 'one' });
  });
});

async function* none(): AsyncGenerator<never> {}
