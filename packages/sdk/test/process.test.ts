import { randomInt } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Api, type RunInfo } from '../src/index.js';
import { testFolder } from './support/folder.js';
import { run, start } from './support/program.js';
import { all } from './support/versions.js';

// What becomes of a run when its process ends, by programs that use the built packages.

const folder = testFolder();

const api = () => new Api({ store: folder.join('.cairn') });

async function onlyRun(): Promise<RunInfo> {
  const [only, ...others] = await all(api().runs());
  expect(others).toEqual([]);
  return only as RunInfo;
}

const slowFile = `async (f) => { await new Promise((done) => setTimeout(done, 200)); await f.write('late'); }`;

describe('importing', () => {
  test('starts nothing and makes nothing', async () => {
    const program = 'setImmediate(() => console.log(process.getActiveResourcesInfo().join()));';
    const { stdout } = await run(folder.path, program);
    expect(stdout).not.toMatch(/Timeout|TCP|MessagePort|Worker|FSReq|Watcher/);
    expect(readdirSync(folder.path)).toEqual(['program.mjs']);
  });
});

describe('a program that never calls finish', () => {
  test('ends by itself, and its run has crashed', async () => {
    const outcome = await run(folder.path, `await sdk.init(); console.log('done');`);
    expect(outcome).toEqual({ code: 0, stdout: 'done\n', stderr: '' });
    expect(await onlyRun()).toMatchObject({ state: 'crashed' });
  });

  test('still logs what nobody awaited', async () => {
    const outcome = await run(
      folder.path,
      `const run = await sdk.init();
       const artifact = new sdk.Artifact('late');
       artifact.newFile('file', ${slowFile});
       run.logArtifact(artifact);`,
    );
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(`${await api().artifact('late')}`).toBe('local/default/late:v0');
  });

  test('hears at its end of what failed and of what was not done', async () => {
    const { code, stderr } = await run(
      folder.path,
      `const run = await sdk.init({ name: 'busy' });
       const artifact = new sdk.Artifact('late');
       artifact.newFile('file', ${slowFile});
       run.logArtifact(artifact);
       run.logArtifact('missing.txt', { name: 'lost' });
       setTimeout(() => process.exit(7), 100);`,
    );
    expect(code).toBe(7);
    expect(stderr).toMatch(
      /^cairn: run "busy" ended without finish\(\): logging "late" was not done; logging "lost" failed: .*missing\.txt.*\n$/,
    );
    expect(await onlyRun()).toMatchObject({ state: 'crashed' });
    expect(await all(api().artifacts())).toEqual([]);
  });
});

describe('a program with an error that nobody catches', () => {
  test('in withRun: the run has failed, with that error', async () => {
    const { code, stderr } = await run(
      folder.path,
      `await sdk.withRun({}, () => { throw new Error('mine'); });`,
    );
    expect(code).toBe(1);
    expect(stderr).toContain('Error: mine');
    expect(await onlyRun()).toMatchObject({ state: 'failed', error: 'mine' });
  });

  test('beside a run: it has crashed, and is never finished', async () => {
    const { code } = await run(
      folder.path,
      `await sdk.withRun({}, () => {
         setTimeout(() => { throw new Error('elsewhere'); }, 10);
         return new Promise((done) => setTimeout(done, 10_000));
       });`,
    );
    expect(code).toBe(1);
    expect(await onlyRun()).toMatchObject({ state: 'crashed' });
  });
});

test('a program ends by itself after withRun', async () => {
  writeFileSync(folder.join('data'), 'data');
  const { code, stderr } = await run(
    folder.path,
    `await sdk.withRun({}, async (run) => { await (await run.logArtifact('data', { name: 'a' })).download(); });
     await (await new sdk.Api().artifact('a')).download({ root: 'other' });`,
  );
  expect([code, stderr]).toEqual([0, '']);
});

test('processes that log at once: the same bytes are one version, others are all there', async () => {
  const program = (own: number) => `
    await sdk.withRun({}, async (run) => {
      for (let i = 0; i < 5; i++) {
        const same = new sdk.Artifact('same');
        await same.newFile('file', 'same');
        run.logArtifact(same);
        const own = new sdk.Artifact('own');
        await own.newFile('file', '${own} ' + i);
        run.logArtifact(own);
      }
    });`;
  const outcomes = await Promise.all(
    [0, 1, 2, 3].map((own) => {
      const place = folder.join(String(own));
      mkdirSync(place);
      return run(place, program(own), { CAIRN_STORE: folder.join('.cairn') });
    }),
  );
  for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(await all(api().artifacts({ name: 'same' }))).toHaveLength(1);
  const own = await all(api().artifacts({ name: 'own', sort: 'version' }));
  expect(own.map(({ version }) => version)).toEqual(Array.from({ length: 20 }, (_, i) => `v${i}`));
  expect(new Set(own.map(({ digest }) => digest)).size).toBe(20);
});

describe('kill -9 while it logs', () => {
  test('leaves whole versions only, and the same program then completes', async () => {
    for (let i = 0; i < 200; i++) writeFileSync(folder.join(`data-${i}`), `${i}`.repeat(5000));
    const source = `
      await sdk.withRun({}, async (run) => {
        for (let i = 0; i < 4; i++) {
          const artifact = new sdk.Artifact('a', { metadata: { i } });
          await artifact.addDir('.', { include: ['data-*'] });
          await artifact.newFile('i', String(i));
          await run.logArtifact(artifact);
          console.log('logged', i);
        }
      });`;
    for (let round = 0; round < 8; round++) {
      const { child, outcome } = start(folder.path, source);
      await sleep(randomInt(150, 900));
      child.kill('SIGKILL');
      const acknowledged = (await outcome).stdout.trim().split('\n').filter(Boolean).length;
      const versions = await all(api().artifacts({ sort: 'version' }));
      expect(versions.length).toBeGreaterThanOrEqual(acknowledged);
      for (const [i, version] of versions.entries()) {
        expect([version.version, version.metadata.i, version.entryCount]).toEqual([`v${i}`, i, 201]);
        const root = await version.download({ root: folder.join('out'), exact: true });
        expect((await version.verify(root)).ok).toHaveLength(201);
      }
    }
    expect(await run(folder.path, source)).toMatchObject({ code: 0, stderr: '' });
    expect(await all(api().artifacts())).toHaveLength(4);
    const states = (await all(api().runs())).map(({ state }) => state);
    expect(states.filter((state) => state === 'running')).toEqual([]);
  });
});
