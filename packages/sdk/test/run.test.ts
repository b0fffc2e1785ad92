import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { badInputs, expandInput } from '@cairn/conformance';
import type { Store } from '@cairn/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  Api,
  Artifact,
  CairnError,
  init,
  logArtifact,
  type Run,
  useArtifact,
  withRun,
} from '../src/index.js';
import { caught } from './support/caught.js';
import { testFolder } from './support/folder.js';
import { memoryStoreWithFiles } from './support/memory-store.js';
import { all, log } from './support/versions.js';

const folder = testFolder();
let store: Store;
/** The warnings of the process. */
let warnings: string[];
const noteWarning = (warning: Error) => void warnings.push(warning.message);

beforeEach(() => {
  store = memoryStoreWithFiles();
  warnings = [];
  process.on('warning', noteWarning);
});

afterEach(() => {
  process.off('warning', noteWarning);
  vi.unstubAllEnvs();
});

const runOf = async (run: Run) => new Api({ store }).run(run.id);

describe('init', () => {
  test('starts a run with what it was told', async () => {
    const run = await init({
      store,
      entity: 'acme',
      project: 'bikes',
      jobType: 'train',
      name: 'the 42nd',
      config: { seed: 42 },
    });
    const what = {
      entity: 'acme',
      project: 'bikes',
      jobType: 'train',
      name: 'the 42nd',
      config: { seed: 42 },
    };
    expect(run).toMatchObject({ ...what, state: 'running' });
    expect(await runOf(run)).toMatchObject({ ...what, state: 'running', endedAt: undefined });
    await run.finish();
    expect(run.state).toBe('finished');
    expect(await runOf(run)).toMatchObject({ state: 'finished', error: undefined });
  });

  test('takes its defaults from the environment', async () => {
    vi.stubEnv('CAIRN_ENTITY', 'e');
    vi.stubEnv('CAIRN_PROJECT', 'p');
    vi.stubEnv('CAIRN_JOB_TYPE', 'j');
    await withRun({ store }, (run) => expect(run).toMatchObject({ entity: 'e', project: 'p', jobType: 'j' }));
    vi.stubEnv('CAIRN_ENTITY', '');
    vi.stubEnv('CAIRN_PROJECT', '');
    vi.stubEnv('CAIRN_JOB_TYPE', '');
    await withRun({ store }, (run) =>
      expect(run).toMatchObject({ entity: 'local', project: 'default', jobType: undefined }),
    );
  });

  test.each([
    [{ entity: 'a b' }, 'name_invalid'],
    [{ project: '../x' }, 'name_invalid'],
    [{ jobType: 'a/b' }, 'name_invalid'],
    [{ config: { a: Number.NaN } }, 'metadata_invalid'],
    [{ store: 's3://bucket/store' }, 'uri_invalid'],
    [{ mode: 'off' as 'offline' }, 'name_invalid'],
  ])('refuses %j', async (options, code) => {
    const error = await caught(init({ store, ...options }));
    expect(error.code).toBe(code);
    expect(error.hint).toBeTruthy();
  });

  test.each(
    (['entity', 'project', 'name', 'type', 'description'] as const).flatMap((at) =>
      badInputs(at).flatMap(({ id, input, outcome, code }) =>
        expandInput(input).map((value) => ({ id, at, value, outcome, code })),
      ),
    ),
  )('the $at of $id is $outcome', async ({ at, value, outcome, code }) => {
    const make = async () => {
      const text = value as string;
      const { name, ...artifact } = {
        name: 'a',
        ...(at === 'entity' || at === 'project' ? {} : { [at]: text }),
      };
      return withRun({ store, ...(at === 'entity' || at === 'project' ? { [at]: text } : {}) }, (run) =>
        run.logArtifact(new Artifact(name, artifact)),
      );
    };
    if (outcome === 'reject') expect((await caught(make())).code).toBe(code);
    else expect((await make())[at]).toBe(value);
  });

  test('an abort is that of the start alone', async () => {
    const stop = new AbortController();
    const run = await init({ store, signal: stop.signal });
    stop.abort();
    await run.logArtifact(new Artifact('a'));
    await run.finish();
    await expect(init({ store, signal: stop.signal })).rejects.toBe(stop.signal.reason);
  });
});

describe('withRun', () => {
  test('gives the result and finishes the run, after what nobody awaited', async () => {
    let run: Run | undefined;
    const answer = await withRun({ store }, (current) => {
      run = current;
      const artifact = new Artifact('a');
      void artifact.newFile('slow', async (file) => {
        await sleep(20);
        await file.write('x');
      });
      void current.logArtifact(artifact);
      return 42;
    });
    expect(answer).toBe(42);
    expect(await runOf(run as Run)).toMatchObject({ state: 'finished' });
    expect(await all(new Api({ store }).artifacts())).toHaveLength(1);
  });

  test.each([
    [
      'an async function',
      async () => {
        throw reason;
      },
    ],
    [
      'a function',
      () => {
        throw reason;
      },
    ],
  ])('marks the run failed when %s throws, and rethrows that very error', async (_, fail) => {
    let run: Run | undefined;
    const failing = withRun({ store }, (current) => {
      run = current;
      return fail();
    });
    await expect(failing).rejects.toBe(reason);
    expect(await runOf(run as Run)).toMatchObject({ state: 'failed', error: 'it broke' });
  });
  const reason = new Error('it broke\nand more lines');

  test('the caller’s error comes first; what failed besides is a warning', async () => {
    const failing = withRun({ store, name: 'busy' }, (run) => {
      void run.logArtifact(folder.join('missing'), { name: 'lost' });
      throw reason;
    });
    await expect(failing).rejects.toBe(reason);
    await sleep(5);
    expect(warnings).toEqual([expect.stringMatching(/run "busy": logging "lost" failed/)]);
  });

  test('a call that failed and that nobody awaited fails it', async () => {
    let run: Run | undefined;
    const error = await caught(
      withRun({ store, name: 'busy' }, (current) => {
        run = current;
        void current.logArtifact(folder.join('missing'), { name: 'lost' });
        void current.useArtifact('nothing');
      }),
    );
    expect(error.message).toMatch(/run "busy": .*logging "lost" failed: .*using "nothing" failed/);
    expect(error.cause).toBeInstanceOf(AggregateError);
    expect(await runOf(run as Run)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('lost'),
    });
  });

  test('a failure that was handled is no failure of the run', async () => {
    let run: Run | undefined;
    await withRun({ store }, async (current) => {
      run = current;
      expect((await caught(current.useArtifact('nothing'))).code).toBe('not_found');
    });
    expect(await runOf(run as Run)).toMatchObject({ state: 'finished' });
  });
});

describe('finish', () => {
  test('is idempotent', async () => {
    const run = await init({ store });
    await Promise.all([run.finish(), run.finish({ state: 'failed' })]);
    await run.finish({ state: 'failed' });
    expect(await runOf(run)).toMatchObject({ state: 'finished' });
  });

  test('records a failure and its error', async () => {
    const run = await init({ store });
    await run.finish({ error: new Error('at https://u:secret@host/x\u0007') });
    expect(await runOf(run)).toMatchObject({ state: 'failed', error: 'at https://***@host/x ' });
  });

  test.each<[string, (run: Run) => unknown]>([
    ['logArtifact', (run) => run.logArtifact(new Artifact('a'))],
    ['logArtifact of a path', (run) => run.logArtifact('x', { name: 'x' })],
    ['useArtifact', (run) => run.useArtifact('a')],
    ['usedArtifacts', (run) => all(run.usedArtifacts())],
    ['loggedArtifacts', (run) => all(run.loggedArtifacts())],
  ])('%s afterwards is run_finished, also while it finishes', async (_, call) => {
    const run = await init({ store });
    const finishing = run.finish();
    expect((await caught(() => call(run))).code).toBe('run_finished');
    await finishing;
    expect((await caught(() => call(run))).code).toBe('run_finished');
  });

  test('a call afterwards that nobody awaits is a warning, and no unhandled rejection', async () => {
    const run = await init({ store, name: 'over' });
    await run.finish();
    void run.logArtifact(new Artifact('late'));
    const artifact = new Artifact('done');
    await log(store, artifact);
    void artifact.newFile('late', 'x');
    await sleep(10);
    expect(warnings.map((text) => text.split('\n')[0])).toEqual([
      'run "over" is over: logging "late" is not possible any more',
      'the artifact "done" is logged: it is final',
    ]);
  });

  test('can be repeated when the end could not be recorded', async () => {
    let fails = true;
    const broken: Store = {
      ...store,
      catalog: {
        ...store.catalog,
        async finishRun(...call) {
          if (fails) throw new CairnError('unavailable', 'try later');
          return store.catalog.finishRun(...call);
        },
      },
    };
    const run = await init({ store: broken });
    expect((await caught(run.finish())).code).toBe('unavailable');
    fails = false;
    await run.finish();
    expect(await runOf(run)).toMatchObject({ state: 'finished' });
  });
});

test('a run says that it is alive until it is finished, also when saying so fails', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    let beats = 0;
    const catalog = { ...store.catalog, heartbeat: async () => Promise.reject(new Error(`beat ${++beats}`)) };
    const run = await init({ store: { ...store, catalog } });
    vi.advanceTimersByTime(35_000);
    expect(beats).toBe(3);
    await run.finish();
    vi.advanceTimersByTime(35_000);
    expect(beats).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});

describe('await using', () => {
  /** What TypeScript makes of `await using run = …`. */
  async function using(run: Run, block: () => unknown): Promise<void> {
    try {
      await block();
    } finally {
      await run[Symbol.asyncDispose]();
    }
  }

  test('finishes', async () => {
    const run = await init({ store });
    await using(run, () => undefined);
    expect(await runOf(run)).toMatchObject({ state: 'finished' });
  });

  test('marks it failed when one of its calls failed, for that may be why the block ended', async () => {
    const run = await init({ store });
    await expect(using(run, () => run.useArtifact('nothing'))).rejects.toThrow('nothing');
    expect(await runOf(run)).toMatchObject({ state: 'failed', error: expect.stringContaining('nothing') });
  });

  test('marks it failed when the process is about to end with an error', async () => {
    const run = await init({ store });
    process.exitCode = 3;
    await using(run, () => undefined).finally(() => {
      process.exitCode = 0;
    });
    expect(await runOf(run)).toMatchObject({ state: 'failed' });
    const other = await init({ store });
    process.emit('uncaughtExceptionMonitor' as never, new Error('x') as never);
    await using(other, () => undefined);
    expect(await runOf(other)).toMatchObject({ state: 'failed' });
    await withRun({ store }, () => undefined);
  });

  test('throws for a call that nobody awaited, and says it in one line first', async () => {
    const run = await init({ store, name: 'busy' });
    const ending = using(run, () => void run.logArtifact(folder.join('missing'), { name: 'lost' }));
    expect((await caught(ending)).message).toContain('"lost"');
    await sleep(5);
    expect(warnings).toEqual([expect.stringContaining('run "busy": logging "lost" failed')]);
  });

  test('after finish does nothing, also when finish failed', async () => {
    const run = await init({ store });
    await using(run, async () => {
      void run.logArtifact(folder.join('missing'), { name: 'lost' });
      await run.finish().catch(() => undefined);
    });
  });
});

describe('the current run', () => {
  test('is that of init, until it is finished', async () => {
    await new AsyncLocalStorage().run(undefined, async () => {
      await log(store, new Artifact('data'));
      const run = await init({ store });
      expect((await useArtifact('data:v0')).name).toBe('data');
      await logArtifact(new Artifact('out'));
      expect((await all(run.loggedArtifacts())).map(({ name }) => name)).toEqual(['out']);
      const inner = await init({ store });
      await logArtifact(new Artifact('inner'));
      expect((await all(inner.loggedArtifacts())).map(({ name }) => name)).toEqual(['inner']);
      await inner.finish();
      await logArtifact(new Artifact('outer'));
      expect((await all(run.loggedArtifacts())).map(({ name }) => name)).toEqual(['out', 'outer']);
      await run.finish();
      const error = await caught(useArtifact('data:v0'));
      expect(error).toMatchObject({ code: 'no_active_run', hint: expect.stringContaining('Api') });
    });
  });

  test('is none where there is none', async () => {
    expect((await caught(logArtifact(new Artifact('a')))).code).toBe('no_active_run');
    expect((await caught(useArtifact('a'))).code).toBe('no_active_run');
    await caught(init({ store, entity: 'a b' }));
    expect((await caught(useArtifact('a'))).code).toBe('no_active_run');
  });

  test('of parallel functions is their own, by withRun and by init', async () => {
    const work = async (i: number) => {
      await sleep(Math.random() * 10);
      await logArtifact(new Artifact(`a${i}`));
      await sleep(Math.random() * 10);
      await logArtifact(new Artifact(`b${i}`));
    };
    const runs: Run[] = [];
    await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        if (i % 2 === 0) {
          await withRun({ store, name: `${i}` }, async (run) => {
            runs[i] = run;
            await work(i);
          });
          return;
        }
        const run = await init({ store, name: `${i}` });
        runs[i] = run;
        await work(i);
        await run.finish();
      }),
    );
    for (const [i, run] of runs.entries()) {
      const logged = await all((await runOf(run)).loggedArtifacts());
      expect(logged.map(({ name }) => name)).toEqual([`a${i}`, `b${i}`]);
    }
  });

  test('of withRun does not leak to its caller', async () => {
    await new AsyncLocalStorage().run(undefined, async () => {
      const running = withRun({ store }, () => sleep(20));
      expect((await caught(useArtifact('a'))).code).toBe('no_active_run');
      await running;
    });
  });

  test('lends its handlers to artifacts', async () => {
    const { memoryHandler } = await import('@cairn/core/memory');
    const handler = memoryHandler();
    handler.put('x', new Uint8Array([1]));
    await withRun({ store, handlers: [handler] }, async () => {
      const [entry] = await new Artifact('a').addReference('memory:x');
      expect(entry?.size).toBe(1);
    });
  });
});
