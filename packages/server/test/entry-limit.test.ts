import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError } from '@cairn/core';
import { Api, Artifact, type RunOptions, syncStore, withRun } from '@cairn/sdk';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { listen, type Server } from '../src/index.js';
import { openLab } from './lab.js';

// A client hears that a version has too many entries before it sends any of its files.

const lab = await openLab({ limits: { entries: 3 } });
const refusal = {
  code: 'quota_exceeded',
  message: `4 entries are more than the 3 that this server takes
  Log them as several artifacts, or ask whoever runs the server for a higher limit.`,
  isRetryable: false,
};

let folder: string;
let place: RunOptions;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-entry-limit-'));
  vi.stubEnv('CAIRN_CACHE_DIR', join(folder, 'cache'));
  vi.stubEnv('XDG_DATA_HOME', join(folder, 'data'));
  lab.log.length = 0;
  place = { store: lab.url, apiKey: lab.root, entity: 'acme', project: 'bikes' };
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
    vi.unstubAllEnvs();
  });
});

function log(at: RunOptions, name: string, count: number) {
  return withRun(at, async (run) => {
    const artifact = new Artifact(name);
    for (let i = 0; i < count; i++) await artifact.newFile(`${i}`, `${name} ${i}`);
    return run.logArtifact(artifact);
  });
}

async function failure(work: Promise<unknown>): Promise<CairnError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (CairnError.is(error)) return error;
  throw error ?? new Error('nothing was thrown');
}

/** The routes that were asked for since the last call. */
function asked(): readonly unknown[] {
  return lab.log.splice(0).map(({ fields }) => (fields as { route?: string }).route);
}

test('too many are refused before any byte is sent', async () => {
  expect(await failure(log(place, 'large', 4))).toMatchObject(refusal);
  const routes = asked();
  expect(routes).toContain('basis');
  for (const route of ['missingBlobs', 'addPack', 'commitVersion']) expect(routes).not.toContain(route);
  expect(await log(place, 'small', 3)).toMatchObject({ version: 'v0', entryCount: 3 });
  expect(asked()).toContain('addPack');
});

test('of an edited version, what it has in the end counts', async () => {
  await log(place, 'edited', 3);
  const edit = (change: (artifact: Artifact) => Promise<unknown>) =>
    withRun(place, async (run) => {
      const draft = Artifact.from(await run.useArtifact('edited'));
      await change(draft);
      return run.logArtifact(draft);
    });
  expect(await failure(edit((draft) => draft.newFile('3', 'one more')))).toMatchObject(refusal);
  const changed = await edit(async (draft) => {
    await draft.remove('0');
    await draft.newFile('3', 'another');
  });
  expect(changed).toMatchObject({ version: 'v1', entryCount: 3 });
});

test('sync sends nothing of a version with too many', async () => {
  const here = { store: join(folder, 'store'), entity: 'acme', project: 'bikes' };
  await log(here, 'synced', 4);
  const syncing = syncStore({
    from: here.store,
    to: lab.url,
    apiKey: lab.root,
    entity: 'acme',
    project: 'bikes',
  });
  expect(await failure(syncing)).toMatchObject(refusal);
  expect(asked()).not.toContain('addPack');
});

test('a server that says no limit beforehand refuses the commit, in the same words', async () => {
  const { server } = lab;
  const silent: Server = {
    ...server,
    node(request, response) {
      if (request.url?.endsWith('/blobs/basis') !== true) return server.node(request, response);
      const { authorization = '' } = request.headers;
      void server
        .fetch(new Request(new URL(request.url, lab.url), { headers: { authorization } }))
        .then(async (answer) => {
          const { basis } = (await answer.json()) as { basis: string };
          response.setHeader('content-type', 'application/json').end(JSON.stringify({ basis }));
        });
    },
  };
  const older = await listen(silent, { port: 0 });
  onTestFinished(() => older.close({ graceMs: 0 }));
  expect(await failure(log({ ...place, store: older.url }, 'older', 4))).toMatchObject(refusal);
  expect(asked()).toContain('addPack');
  expect((await failure(new Api(place).artifact('older'))).code).toBe('not_found');
});
