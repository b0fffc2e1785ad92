import { type Catalog, type ContentDigest, readAll, type Store } from '@cairn/core';
import { memoryStore } from '@cairn/core/memory';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Api, Artifact, init, type Run, syncStore, withRun } from '../src/index.js';
import { type ApartStore, apartStore } from './support/apart-store.js';
import { caught } from './support/caught.js';
import { cutStore, storeWith } from './support/cut-store.js';
import { testFolder } from './support/folder.js';
import { historyOf } from './support/history.js';
import { all, contents } from './support/versions.js';

const folder = testFolder();
let here: ApartStore;
let there: ApartStore;

beforeEach(() => {
  here = apartStore();
  there = apartStore();
});

async function draft(name: string, text: string): Promise<Artifact> {
  const artifact = new Artifact(name, { type: 'dataset', metadata: { text } });
  await artifact.newFile('shared', 'shared');
  await artifact.newFile('text', text);
  return artifact;
}

const logIn = (store: Store, name: string, text: string, aliases: string[] = []) =>
  withRun({ store }, async (run) => run.logArtifact(await draft(name, text), { aliases }));

/** A store with other calls of its catalog. */
function onCatalog(store: Store, calls: (catalog: Catalog) => Partial<Catalog>): Store {
  return { ...store, catalog: { ...store.catalog, ...calls(store.catalog) } };
}

function moment() {
  let come = (): void => undefined;
  const comes = new Promise<void>((resolve) => {
    come = resolve;
  });
  return { come, comes };
}

describe('syncing', () => {
  test('sends runs, versions and all that is said of them, and lineage', async () => {
    await withRun({ store: here, name: 'first', jobType: 'collect', config: { rate: 0.1 } }, async (run) => {
      const artifact = await draft('data', 'one');
      artifact.description = 'Öffentliche Räder';
      const version = await run.logArtifact(artifact, { aliases: ['best'], tags: ['raw data'] });
      version.ttl = 3600;
      await version.save();
      await run.logArtifact(await draft('data', 'two'));
    });
    const failing = withRun({ store: here }, async (run) => {
      await run.useArtifact('data:v0');
      await run.useArtifact(await draft('used-only', 'x'));
      await run.logArtifact(await draft('model', 'm'));
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    const progress: unknown[] = [];
    const result = await syncStore({ from: here, to: there, onProgress: (event) => progress.push(event) });

    expect(await historyOf(there)).toEqual(await historyOf(here));
    expect((await historyOf(there)).runs).toMatchObject([
      {
        state: 'failed',
        error: expect.stringContaining('broken'),
        used: ['default/data:v0', 'default/used-only:v0'],
      },
      { state: 'finished', name: 'first', config: { rate: 0.1 } },
    ]);
    expect(result.runs).toBe(2);
    // Of what was made within one millisecond, nobody knows the order among collections.
    expect([...result.versions].sort((a, b) => a.name.localeCompare(b.name))).toMatchObject([
      { entity: 'local', project: 'default', name: 'data', from: 0, to: 0, created: true },
      { name: 'data', from: 1, to: 1, created: true },
      { name: 'model', from: 0, to: 0, created: true },
      { name: 'used-only', from: 0, to: 0, created: true },
    ]);
    expect(progress.at(-1)).toMatchObject({ versions: 4, created: 4, bytes: expect.any(Number) });
    const copy = await new Api({ store: there }).artifact('data:best');
    expect(await contents(copy)).toEqual({ shared: 'shared', text: 'one' });
  });

  test('again sends nothing, and reads no contents', async () => {
    await logIn(here, 'data', 'one');
    await syncStore({ from: here, to: there });
    const before = await historyOf(there);
    here.read.length = 0;
    const result = await syncStore({ from: here, to: cutStore(there, 0, 'before') });
    expect(result).toEqual({
      runs: 0,
      versions: [{ entity: 'local', project: 'default', name: 'data', from: 0, to: 0, created: false }],
    });
    expect(here.read).toEqual([]);
    expect(await historyOf(there)).toEqual(before);
  });

  test('sends only the blobs that are missing', async () => {
    await logIn(there, 'data', 'one');
    await logIn(here, 'data', 'two');
    await syncStore({ from: here, to: there });
    const read = await Promise.all([...new Set(here.read.map(({ digest }) => digest))].map(textOf));
    expect(read).toContain('two');
    expect(read).not.toContain('shared');
  });

  test('goes on with the numbers of a collection that has moved on, and says so', async () => {
    for (const text of ['theirs', 'same', 'theirs too']) await logIn(there, 'data', text);
    for (const text of ['a', 'same', 'b']) await logIn(here, 'data', text, ['best']);
    const { versions } = await syncStore({ from: here, to: there });
    expect(versions.map(({ from, to, created }) => [from, to, created])).toEqual([
      [0, 3, true],
      [1, 1, false],
      [2, 4, true],
    ]);
    expect(await new Api({ store: there }).artifact('data:best')).toMatchObject({ version: 'v4' });
    expect(await new Api({ store: there }).artifact('data')).toMatchObject({ version: 'v4' });
  });

  test('leaves what was edited or deleted there since as it is', async () => {
    await logIn(here, 'data', 'one', ['best']);
    await logIn(here, 'data', 'two');
    await syncStore({ from: here, to: there });
    const api = new Api({ store: there });
    const version = await api.artifact('data:v0');
    version.description = 'edited there';
    version.aliases = ['theirs'];
    await version.save();
    await (await api.artifact('data:v1')).delete();
    const before = await historyOf(there);

    const result = await syncStore({ from: here, to: there });
    expect(await historyOf(there)).toEqual(before);
    expect(result.versions.map(({ to }) => to)).toEqual([0, undefined]);
    await logIn(here, 'data', 'three');
    expect((await syncStore({ from: here, to: there })).versions.map(({ to }) => to)).toEqual([
      0,
      undefined,
      2,
    ]);
  });

  test('stores again what was deleted there and is logged anew', async () => {
    await logIn(here, 'data', 'one');
    await syncStore({ from: here, to: there });
    await (await new Api({ store: there }).artifact('data')).delete();
    await logIn(here, 'data', 'one');
    expect((await syncStore({ from: here, to: there })).versions).toMatchObject([
      { from: 0, to: 1, created: true },
    ]);
  });

  test('of one project sends that, and what its runs used of others', async () => {
    const api = (project: string) => ({ store: here, project });
    await withRun(api('shared'), async (run) => run.logArtifact(await draft('data', 'old')));
    await withRun(api('shared'), async (run) => run.logArtifact(await draft('data', 'new')));
    await withRun(api('shared'), async (run) => run.logArtifact(await draft('secret', 'secret')));
    await withRun(api('mine'), async (run) => {
      await run.useArtifact('shared/data:v1');
      await run.logArtifact(await draft('model', 'm'));
    });
    await syncStore({ from: here, to: there, project: 'mine' });
    const { runs, versions } = await historyOf(there);
    expect(runs).toMatchObject([{ project: 'mine', used: ['shared/data:v1'] }]);
    expect(versions.map(({ project, name, version }) => `${project}/${name}:v${version}`)).toEqual([
      'shared/data:v0',
      'shared/data:v1',
      'mine/model:v0',
    ]);
    await syncStore({ from: here, to: there });
    const [sent, made] = [await historyOf(there), await historyOf(here)];
    expect(sent.versions).toEqual(made.versions);
    expect(new Set(sent.runs)).toEqual(new Set(made.runs));
  });

  test('goes both ways: what was fetched, and used offline, is not sent back', async () => {
    await logIn(there, 'data', 'one', ['best']);
    await syncStore({ from: there, to: here });
    await logIn(there, 'data', 'two', ['best']);
    await withRun({ store: here }, async (run) => {
      await run.useArtifact('data:best');
      await run.logArtifact(await draft('model', 'm'));
    });
    await syncStore({ from: here, to: there });
    const api = new Api({ store: there });
    expect(await api.artifact('data')).toMatchObject({ version: 'v1' });
    // As if it were logged there now: `latest` moves, and an alias that has long moved on there does not.
    await logIn(here, 'data', 'one');
    await syncStore({ from: here, to: there });
    expect(await api.artifact('data:best')).toMatchObject({ version: 'v1' });
    expect(await api.artifact('data')).toMatchObject({ version: 'v0' });
    const model = await api.artifact('model');
    const used = (await model.loggedBy())?.usedArtifacts();
    expect(used && (await all(used)).map(String)).toEqual(['local/default/data:v0']);
  });

  test('refuses a store with other digests, and another type, and leaves no version', async () => {
    await logIn(here, 'data', 'one');
    const other = memoryStore({ algorithm: 'sha256' });
    expect((await caught(syncStore({ from: here, to: other }))).code).toBe('conflict');
    expect((await historyOf(other)).versions).toEqual([]);
    await withRun({ store: there }, (run) => run.logArtifact(new Artifact('data', { type: 'model' })));
    expect((await caught(syncStore({ from: here, to: there }))).code).toBe('type_mismatch');
  });

  test('stops when it is told to', async () => {
    await logIn(here, 'data', 'one');
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error('enough'));
    await expect(syncStore({ from: here, to: there, signal: stop.signal, onProgress })).rejects.toThrow(
      'enough',
    );
    await syncStore({ from: here, to: there });
    expect(await historyOf(there)).toEqual(await historyOf(here));
  });

  test('by two at once leaves latest where it is here, though one falls behind', async () => {
    for (const text of ['one', 'two', 'three']) await logIn(here, 'data', text);
    const [pointed, wentOn] = [moment(), moment()];
    const ahead = onCatalog(there, (catalog) => ({
      async finishRun(...call) {
        pointed.come();
        await wentOn.comes;
        return catalog.finishRun(...call);
      },
    }));
    let first: Promise<unknown> | undefined;
    let commits = 0;
    const behind = onCatalog(there, (catalog) => ({
      async commitVersion(...call) {
        commits++;
        first ??= syncStore({ from: here, to: ahead });
        await pointed.comes;
        // The runs have ended when it comes to the last version.
        if (commits === 3) {
          wentOn.come();
          await first;
        }
        return catalog.commitVersion(...call);
      },
    }));
    await syncStore({ from: here, to: behind });
    expect(commits).toBeGreaterThan(3);
    expect(await historyOf(there)).toEqual(await historyOf(here));
  });

  async function textOf(digest: ContentDigest): Promise<string> {
    const blobs = here.blobsOf({ entity: 'local', project: 'default' });
    return Buffer.from(await readAll(blobs.open(digest))).toString();
  }
});

describe.each(['before', 'after'] as const)('%s each call that a sync makes', (when) => {
  beforeEach(async () => {
    await withRun({ store: here }, async (run) => {
      for (const text of ['one', 'two', 'three', 'one']) await run.logArtifact(await draft('data', text));
      await run.useArtifact('data:v1');
    });
    await logIn(here, 'model', 'm', ['best']);
    await withRun({ store: here }, async (run) => {
      await run.useArtifact('model:best');
      await run.logArtifact(await draft('model', 'm'));
      await run.useArtifact(await draft('used-only', 'x'));
    });
  });

  test('it may break off, and is completed by the next', async () => {
    const made = await historyOf(here);
    for (let calls = 0, isCut = true; isCut; calls++) {
      const target = apartStore();
      isCut = await syncStore({ from: here, to: cutStore(target, calls, when) }).then(
        () => false,
        () => true,
      );
      await syncStore({ from: here, to: target });
      expect(await historyOf(target)).toEqual(made);
    }
  });

  test('another process may do all of it', async () => {
    const made = await historyOf(here);
    for (let calls = 0, isOvertaken = true; isOvertaken; calls++) {
      const target = apartStore();
      isOvertaken = false;
      const overtake = async () => {
        isOvertaken = true;
        await syncStore({ from: here, to: target });
      };
      const { versions } = await syncStore({ from: here, to: storeWith(target, calls, when, overtake) });
      expect(versions.every(({ from, to }) => from === to)).toBe(true);
      expect(await historyOf(target)).toEqual(made);
    }
  });
});

/** Something that happens here, or a sync. Runs and contents are few, so that they meet. */
type Step =
  | {
      readonly kind: 'log';
      readonly run: number;
      readonly name: string;
      readonly text: string;
      readonly alias?: string;
    }
  | { readonly kind: 'use'; readonly run: number; readonly name: string; readonly version: number }
  | { readonly kind: 'use draft'; readonly run: number; readonly name: string; readonly text: string }
  | { readonly kind: 'finish'; readonly run: number; readonly state: 'finished' | 'failed' }
  | { readonly kind: 'sync'; readonly cuts: readonly Cut[] };

interface Cut {
  readonly calls: number;
  readonly when: 'before' | 'after';
}

const run = fc.nat({ max: 2 });
const name = fc.constantFrom('a', 'b');
const text = fc.constantFrom('1', '2', '3', '4');
const cut = fc.record({ calls: fc.nat({ max: 40 }), when: fc.constantFrom('before', 'after') });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('log'), run, name, text, alias: fc.constantFrom('x', 'y') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('use'), run, name, version: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('use draft'), run, name, text }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('finish'), run, state: fc.constantFrom('finished', 'failed') }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('sync'), cuts: fc.array(cut, { minLength: 1, maxLength: 2 }) }),
  },
);

test('any history arrives once, however often and wherever syncing breaks off', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const [source, target] = [memoryStore(), apartStore()];
      const runs = new Map<number, Run>();
      for (const step of steps) await take(step, runs, source, target);
      for (const run of runs.values()) await run.finish();
      await Promise.all([1, 2].map(() => syncStore({ from: source, to: target })));
      expect(await historyOf(target)).toEqual(await historyOf(source));
      for await (const version of new Api({ store: target }).artifacts()) {
        expect(await contents(version)).toEqual({ shared: 'shared', text: version.metadata.text });
      }
    }),
    { numRuns: 300 },
  );
});

async function take(step: Step, runs: Map<number, Run>, source: Store, target: Store): Promise<void> {
  if (step.kind === 'sync') {
    // At once, as two processes would.
    await Promise.all(
      step.cuts.map(({ calls, when }) =>
        syncStore({ from: source, to: cutStore(target, calls, when) }).catch((error: unknown) => {
          if (!(error instanceof Error) || error.message !== 'cut') throw error;
        }),
      ),
    );
    return;
  }
  const run = runs.get(step.run) ?? (await init({ store: source, config: { run: step.run } }));
  runs.set(step.run, run);
  if (step.kind === 'finish') {
    runs.delete(step.run);
    await run.finish({ state: step.state, error: step.state });
  } else if (step.kind === 'log') {
    const artifact = await draft(step.name, step.text);
    const isNew = !(await isThere(source, step.name, step.text));
    await run.logArtifact(artifact, { aliases: isNew && step.alias ? [step.alias] : [], tags: [step.text] });
  } else if (step.kind === 'use draft') {
    await run.useArtifact(await draft(step.name, step.text));
  } else {
    await run.useArtifact(`${step.name}:v${step.version}`).catch(() => undefined);
  }
}

async function isThere(store: Store, name: string, text: string): Promise<boolean> {
  const where = `metadata.text=${JSON.stringify(text)}`;
  return (await all(new Api({ store }).artifacts({ name, where }))).length > 0;
}

describe('offline', () => {
  beforeEach(() => {
    process.chdir(folder.path);
    vi.stubEnv('CAIRN_STORE', 'https://nobody.invalid');
  });

  test('the folder is used where a server is named, and sent later', async () => {
    const run = await init({ mode: 'offline' });
    await run.logArtifact(await draft('data', 'one'));
    await run.sync({ to: there });
    expect((await historyOf(there)).runs).toMatchObject([{ id: run.id, state: 'running' }]);
    await run.logArtifact(await draft('data', 'two'));
    await run.finish();
    await run.sync({ to: there });
    expect((await historyOf(there)).runs).toMatchObject([{ id: run.id, state: 'finished' }]);
    expect(await new Api({ store: there }).artifact('data')).toMatchObject({ version: 'v1' });
    expect(await new Api({ store: folder.join('.cairn') }).artifact('data')).toMatchObject({ version: 'v1' });
    expect((await syncStore({ to: there })).versions).toHaveLength(2);
  });

  test('by the environment, and only as one of two modes', async () => {
    vi.stubEnv('CAIRN_MODE', 'offline');
    await withRun({}, async (run) => run.logArtifact(await draft('data', 'one')));
    expect(await all(new Api().artifacts())).toHaveLength(1);
    vi.stubEnv('CAIRN_MODE', 'off');
    expect((await caught(() => new Api())).code).toBe('name_invalid');
  });

  test('a call waits for what is being logged, and needs somewhere to send it', async () => {
    const run = await init({ store: here });
    const logging = run.logArtifact(await draft('data', 'one'));
    await run.sync({ to: there });
    expect((await historyOf(there)).versions).toHaveLength(1);
    await logging;
    expect((await caught(run.sync())).code).toBe('not_found');
    await run.finish();
    vi.stubEnv('CAIRN_STORE', '');
    expect((await caught(syncStore())).code).toBe('not_found');
    expect((await caught(syncStore({ from: 'https://a', to: 'https://b' }))).code).toBe('uri_invalid');
  });

  test('a store is not sent to itself', async () => {
    expect(await syncStore({ from: here, to: here })).toEqual({ runs: 0, versions: [] });
  });
});
