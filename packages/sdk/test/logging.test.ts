import { setTimeout as sleep } from 'node:timers/promises';
import { badInputs, expandInput } from '@cairn/conformance';
import type { Store } from '@cairn/core';
import { memoryHandler } from '@cairn/core/memory';
import { beforeEach, describe, expect, test } from 'vitest';
import { Api, Artifact, CairnError, init, type ProgressEvent, withRun } from '../src/index.js';
import { caught } from './support/caught.js';
import { testFolder } from './support/folder.js';
import { gatedStore } from './support/gated-store.js';
import { memoryStoreWithFiles } from './support/memory-store.js';
import { all, contents, log } from './support/versions.js';

const folder = testFolder();
let store: Store;

beforeEach(() => {
  store = memoryStoreWithFiles();
});

/** An artifact with one file. */
function artifactWith(text: string, name = 'a'): Artifact {
  const artifact = new Artifact(name);
  void artifact.newFile('file', text);
  return artifact;
}

describe('what logging answers', () => {
  test('the version, whether it is new, and what became of the bytes', async () => {
    await log(store, artifactWith('12345'));
    const artifact = new Artifact('a', { type: 'unspecified', description: 'd', metadata: { rows: 1 } });
    await artifact.newFile('file', '12345');
    await artifact.newFile('other', '123');
    expect(await log(store, artifact)).toMatchObject({
      version: 'v1',
      created: true,
      description: 'd',
      metadata: { rows: 1 },
      entryCount: 2,
      size: 8,
      bytes: { new: 3, reused: 5 },
      files: { new: 1, reused: 1 },
    });
  });

  test('identical content, or metadata alone, makes no new version, and moves aliases', async () => {
    const first = await log(store, artifactWith('one'));
    await log(store, artifactWith('two'));
    await withRun({ store }, async (run) => {
      const again = new Artifact('a', { metadata: { other: true }, description: 'other' });
      await again.newFile('file', 'one');
      const same = await run.logArtifact(again, { aliases: ['best'] });
      expect(same).toMatchObject({
        id: first.id,
        created: false,
        metadata: {},
        files: { new: 0, reused: 1 },
      });
      expect(same.description).toBeUndefined();
      expect([...same.aliases].sort()).toEqual(['best', 'latest']);
    });
  });

  test('tags and aliases, latest always among these', async () => {
    await withRun({ store }, async (run) => {
      const version = await run.logArtifact(artifactWith('1'), {
        aliases: new Set(['x']),
        tags: ['in prod'],
      });
      expect(JSON.stringify([version.aliases, version.tags])).toBe('[["latest","x"],["in prod"]]');
    });
  });

  test.each([
    ['aliases', ['v3'], 'alias_invalid'],
    ['aliases', ['a:b'], 'alias_invalid'],
    ['aliases', 'best' as never, 'alias_invalid'],
    ['tags', ['a/b'], 'name_invalid'],
  ] as const)('refuses the %s %j before anything is stored', async (kind, labels, code) => {
    await withRun({ store }, async (run) => {
      expect((await caught(run.logArtifact(artifactWith('x'), { [kind]: labels }))).code).toBe(code);
    });
    expect(await all(new Api({ store }).artifacts())).toEqual([]);
  });

  test.each(
    badInputs().flatMap(({ id, at, input, outcome, code }) =>
      at.includes('alias') || at.includes('aliases')
        ? expandInput(input).map((value) => ({ id, value, outcome, code, at }))
        : [],
    ),
  )('the alias of $id is $outcome', async ({ value, outcome, code }) => {
    const aliases = (Array.isArray(value) ? value : [value]) as string[];
    await withRun({ store }, async (run) => {
      const logging = run.logArtifact(artifactWith('x'), { aliases });
      if (outcome === 'reject') expect((await caught(logging)).code).toBe(code);
      else expect([...(await logging).aliases]).toEqual(expect.arrayContaining(aliases));
    });
  });

  test('one type per collection', async () => {
    await log(store, new Artifact('a', { type: 'model' }));
    const error = await caught(log(store, new Artifact('a', { type: 'dataset' })));
    expect(error.code).toBe('type_mismatch');
    expect(error.message).toMatch(/"model".*"dataset"/s);
  });
});

describe('shorthand', () => {
  test('a file, a folder, a reference', async () => {
    folder.write({ 'model.h5': 'm', 'images/cat.png': 'c' });
    const handler = memoryHandler();
    handler.put('there', new Uint8Array([1]));
    await withRun({ store, handlers: [handler] }, async (run) => {
      const file = await run.logArtifact(folder.join('model.h5'), { name: 'model', type: 'model' });
      expect([file.type, await contents(file)]).toEqual(['model', { 'model.h5': 'm' }]);
      const images = await run.logArtifact(folder.join('images'), { name: 'images', aliases: ['x'] });
      expect([await contents(images), images.aliases.has('x')]).toEqual([{ 'cat.png': 'c' }, true]);
      const reference = await run.logArtifact('memory:there', { name: 'reference' });
      expect(await contents(reference)).toEqual({ there: 'memory:there' });
    });
  });

  test('what is not there is not_found', async () => {
    await withRun({ store }, async (run) => {
      expect((await caught(run.logArtifact(folder.join('no'), { name: 'n' }))).code).toBe('not_found');
    });
  });
});

describe('versions are numbered in the order of the calls', () => {
  test('100 calls that nobody awaits are v0 … v99', async () => {
    await withRun({ store }, async (run) => {
      const calls = Array.from({ length: 100 }, (_, index) => {
        const artifact = new Artifact('race', { metadata: { index } });
        // The later, the sooner it is stored.
        void artifact.newFile('file', async (file) => {
          await sleep((100 - index) / 4);
          await file.write(String(index));
        });
        return run.logArtifact(artifact);
      });
      const versions = await Promise.all(calls);
      expect(versions.map(({ version }) => version)).toEqual(versions.map((_, i) => `v${i}`));
      expect(versions.map(({ metadata }) => metadata.index)).toEqual(versions.map((_, i) => i));
    });
  });

  test('a call that fails takes no number, and finish names it', async () => {
    const run = await init({ store, name: 'train-42' });
    for (let i = 0; i < 10; i++) {
      const artifact = new Artifact('race', { metadata: { i } });
      void artifact.newFile('file', String(i));
      if (i === 3) void artifact.addFile(folder.join('missing'));
      void run.logArtifact(artifact);
    }
    const error = await caught(run.finish());
    expect(error.code).toBe('not_found');
    expect(error.message).toContain('run "train-42"');
    expect(error.message).toContain('logging "race" failed');
    expect(error.cause).toBeInstanceOf(CairnError);
    const versions = await all(new Api({ store }).artifacts({ sort: 'version' }));
    expect(versions.map(({ version, metadata }) => [version, metadata.i])).toEqual(
      [0, 1, 2, 4, 5, 6, 7, 8, 9].map((i, n) => [`v${n}`, i]),
    );
  });

  test('uploads overlap, and collections do not wait for each other', async () => {
    const gated = gatedStore();
    await withRun({ store: gated }, async (run) => {
      const [one, two, other] = [
        run.logArtifact(artifactWith('one')),
        run.logArtifact(artifactWith('two')),
        run.logArtifact(artifactWith('other', 'b')),
      ];
      while (gated.waiting.size < 3) await sleep(1);
      gated.open('two');
      gated.open('other');
      expect((await other).version).toBe('v0');
      while (gated.waiting.size > 1) await sleep(1);
      gated.openAll();
      expect([(await two).version, (await one).version]).toEqual(['v1', 'v0']);
    });
  });

  test('one that is aborted while it waits lets nobody overtake', async () => {
    const gated = gatedStore();
    await withRun({ store: gated }, async (run) => {
      const first = run.logArtifact(artifactWith('first'));
      const gone = new AbortController();
      const second = run.logArtifact(artifactWith('second'), { signal: gone.signal });
      const third = run.logArtifact(artifactWith('third'));
      gated.open('second');
      gated.open('third');
      while (gated.waiting.size !== 1) await sleep(1);
      gone.abort(new Error('enough'));
      await expect(second).rejects.toThrow('enough');
      await sleep(20);
      gated.openAll();
      expect([(await first).version, (await third).version]).toEqual(['v0', 'v1']);
    });
  });

  test('the name counts as it was at the call', async () => {
    await withRun({ store }, async (run) => {
      const artifact = artifactWith('x', 'before');
      const logging = run.logArtifact(artifact);
      expect(
        (
          await caught(() => {
            artifact.name = 'after';
          })
        ).code,
      ).toBe('artifact_finalized');
      expect((await logging).name).toBe('before');
    });
  });
});

describe('an abort', () => {
  test('before the call', async () => {
    await withRun({ store }, async (run) => {
      const reason = new Error('never');
      await expect(run.logArtifact(artifactWith('x'), { signal: AbortSignal.abort(reason) })).rejects.toBe(
        reason,
      );
    });
    expect(await all(new Api({ store }).artifacts())).toEqual([]);
  });

  test('while bytes are stored: rejects at once with the reason, leaves no version, and the same call works again', async () => {
    const gated = gatedStore();
    await withRun({ store: gated }, async (run) => {
      const artifact = artifactWith('slow');
      const stop = new AbortController();
      const logging = run.logArtifact(artifact, { signal: stop.signal });
      while (gated.waiting.size === 0) await sleep(1);
      const reason = { not: 'even an Error' };
      stop.abort(reason);
      await expect(logging).rejects.toBe(reason);
      expect(await all(new Api({ store: gated }).artifacts())).toEqual([]);
      gated.openAll();
      expect(await run.logArtifact(artifact)).toMatchObject({ version: 'v0', created: true });
    });
  });

  test('of an add', async () => {
    const artifact = new Artifact('a');
    const never = new ReadableStream();
    const adding = artifact.addFile(never, { name: 'x', signal: AbortSignal.timeout(5) });
    await expect(adding).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await contents(await log(store, artifact))).toEqual({});
  });
});

describe('progress', () => {
  const mb = 'x'.repeat(1024 * 1024);

  test('counts bytes and files, never falls back, and ends with done', async () => {
    const artifact = new Artifact('a');
    for (let i = 0; i < 30; i++) void artifact.newFile(`f${i}`, mb + i);
    const events: ProgressEvent[] = [];
    let isSettled = false;
    await withRun({ store }, async (run) => {
      const logging = run.logArtifact(artifact, {
        onProgress: (event) => {
          expect(isSettled).toBe(false);
          events.push(event);
        },
      });
      const { size } = await logging;
      isSettled = true;
      expect(events.at(-1)).toEqual({
        phase: 'commit',
        loaded: size,
        total: size,
        files: { done: 30, total: 30 },
        reused: 0,
        path: expect.any(String),
        inFlight: [],
        done: true,
      });
      expect(events.filter(({ done }) => done)).toHaveLength(1);
      const loaded = events.map((event) => event.loaded);
      expect(loaded).toEqual(loaded.toSorted((a, b) => a - b));
      const again = await run.logArtifact(artifact, { onProgress: (event) => events.push(event) });
      expect(events.at(-1)).toMatchObject({ reused: again.size, done: true });
    });
  });

  test('a callback that throws, now or later, breaks nothing', async () => {
    await withRun({ store }, async (run) => {
      await run.logArtifact(artifactWith('x'), {
        onProgress: () => {
          throw new Error('display');
        },
      });
      await run.logArtifact(artifactWith('y'), {
        onProgress: async () => {
          throw new Error('display');
        },
      });
    });
  });
});
