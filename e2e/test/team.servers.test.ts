import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError } from '@cairn/core';
import { type Account, openAccount, openRemote } from '@cairn/remote';
import { s3ObjectStore } from '@cairn/s3';
import { Api, Artifact, type Version, type WorkspaceOptions, withRun } from '@cairn/sdk';
import { openTeamStore, type TeamStore } from '@cairn/store/postgres';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type TeamRig, type TeamServer, teamRig } from './support/team-rig.js';

/* What a team runs: processes of `cairn serve` over a real PostgreSQL and a real bucket. */

if (process.env.CAIRN_REQUIRE_SERVERS === '1') describe('servers of a team', team);
else test('there are servers', (context) => context.skip('CAIRN_REQUIRE_SERVERS is not 1'));

function team(): void {
  let rig: TeamRig;
  let servers: readonly [TeamServer, TeamServer];
  let root: string;
  /** The same store, opened here, for what no server offers. */
  let store: TeamStore;
  let pool: Pool;
  let folder: string;

  beforeAll(async () => {
    rig = await teamRig();
    const first = await rig.serve();
    servers = [first, await rig.serve()];
    const setUp = openAccount({ url: first.url });
    const [, token = ''] = (first.setupUrl ?? '').split('#');
    root = (await setUp.setUp(token, { user: 'root' })).secret;
    await setUp.close();
    pool = new Pool({ connectionString: rig.postgres.url });
    const { endpoint, region, credentials } = rig.place;
    const clientConfig = { endpoint, region, credentials };
    const objects = s3ObjectStore({ bucket: rig.bucket, prefix: 'team', clientConfig });
    store = await openTeamStore({ pool, objects });
  }, 600_000);
  afterAll(async () => {
    await store.close();
    await pool.end();
    await rig.stop();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cairn-team-'));
    vi.stubEnv('CAIRN_CACHE_DIR', join(folder, 'cache'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    vi.unstubAllEnvs();
  });

  /** Where somebody works: at a server, in a project of the test's own. */
  function at({ url }: TeamServer, apiKey: string = root): WorkspaceOptions {
    const project = expect.getState().currentTestName?.replaceAll(/\W+/g, '-').slice(-60) ?? 'test';
    return { store: url, apiKey, entity: 'acme', project };
  }

  function log(
    place: WorkspaceOptions,
    files: Readonly<Record<string, string | Uint8Array>>,
  ): Promise<Version> {
    return withRun(place, async (run) => {
      const artifact = new Artifact('data', { type: 'dataset' });
      for (const [path, content] of Object.entries(files)) await artifact.newFile(path, content);
      return run.logArtifact(artifact);
    });
  }

  async function withAccount<T>({ url }: TeamServer, apiKey: string, use: (account: Account) => Promise<T>) {
    const account = openAccount({ url, apiKey });
    return use(account).finally(() => account.close());
  }

  async function versionsAt(place: WorkspaceOptions): Promise<Version[]> {
    const found: Version[] = [];
    for await (const version of new Api(place).artifacts({ name: 'data', sort: 'version' }))
      found.push(version);
    return found;
  }

  /** The texts of a version's files, read through a server. */
  async function textsOf(version: Version): Promise<Record<string, string>> {
    const texts: Record<string, string> = {};
    for await (const entry of version.entries()) texts[entry.path] = await new Response(entry.open()).text();
    return texts;
  }

  /** A failure that says of itself that it may pass. */
  function expectPassing(error: unknown): void {
    expect(CairnError.is(error) && error.isRetryable, String(error)).toBe(true);
  }

  test('what is logged at one is used, downloaded and traced at another', async () => {
    const [here, there] = servers.map((server) => at(server)) as [WorkspaceOptions, WorkspaceOptions];
    const large = randomBytes(20_000_000);
    mkdirSync(join(folder, 'photos'));
    writeFileSync(join(folder, 'photos/large.bin'), large);
    for (let i = 0; i < 300; i++) writeFileSync(join(folder, `photos/${i}.txt`), `picture ${i}`);
    const logged = await withRun({ ...here, jobType: 'collect' }, async (run) => {
      const artifact = new Artifact('data', { type: 'dataset' });
      await artifact.addDir(join(folder, 'photos'));
      return run.logArtifact(artifact, { aliases: ['best'] });
    });
    expect(logged).toMatchObject({ version: 'v0', files: { new: 301 } });

    const model = await withRun({ ...there, jobType: 'train' }, async (run) => {
      const photos = await run.useArtifact('data:best');
      const root = await photos.download({ root: join(folder, 'copy') });
      expect(readFileSync(join(root, 'large.bin')).equals(large)).toBe(true);
      expect(await photos.verify(root)).toMatchObject({ changed: [], missing: [], stranger: [] });
      const artifact = new Artifact('model', { type: 'model' });
      await artifact.newFile('weights', 'w');
      return run.logArtifact(artifact);
    });
    const { nodes, edges } = await (await new Api(here).artifact('model')).lineage({
      direction: 'up',
      depth: 4,
    });
    expect([model.version, nodes.length, edges.length]).toEqual(['v0', 4, 3]);
    // What is there is not sent again, to whichever.
    const again = await log(there, { 'large.bin': large });
    expect(again).toMatchObject({ version: 'v1', files: { new: 0, reused: 1 } });
  });

  test('all number the same collection', async () => {
    const logged = await Promise.all(
      Array.from({ length: 40 }, (_, i) => log(at(servers[i % 2] as TeamServer), { a: `content ${i}` })),
    );
    const numbers = logged.map(({ version }) => Number(version.slice(1)));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  test('a key that is revoked at one is refused by the other at the next request', async () => {
    const [first, second] = servers;
    const made = await withAccount(first, root, (account) =>
      account.createKey({ name: 'ci', scopes: [{ entity: '*', project: '*', role: 'write' }] }),
    );
    await log(at(second, made.secret), { a: 'one' });
    await withAccount(first, root, (account) => account.revokeKey(made.key.id));
    const error = await log(at(second, made.secret), { a: 'two' }).catch((caught: unknown) => caught);
    expect(CairnError.is(error, 'unauthenticated')).toBe(true);
    expect(await versionsAt(at(first))).toHaveLength(1);
  });

  test('there is one audit log, whoever was asked', async () => {
    for (const [i, server] of servers.entries()) await log(at(server), { a: `${i}` });
    const { project } = at(servers[0]);
    const answers = await Promise.all(
      servers.map(async ({ url }) => {
        const headers = { authorization: `Bearer ${root}` };
        const answer = await fetch(`${url}/api/v1/projects/acme/${project}/audit?action=version.commit`, {
          headers,
        });
        const { items } = (await answer.json()) as { items: { target: string; outcome: string }[] };
        return items.map(({ target, outcome }) => `${target} ${outcome}`).sort();
      }),
    );
    expect(answers).toEqual([
      ['data:v0 done', 'data:v1 done'],
      ['data:v0 done', 'data:v1 done'],
    ]);
  });

  test('an index that was lost is made again by the command line, while servers run', async () => {
    const logged = await log(at(servers[0]), { a: 'small', large: randomBytes(3_000_000) });
    const texts = await textsOf(logged);
    for (const table of ['objects', 'packs', 'links']) await pool.query(`DELETE FROM ${table}`);
    expect(await rig.run(['verify'])).toBe(7);
    expect(await rig.run(['verify', '--repair'])).toBe(0);
    expect(await rig.run(['verify'])).toBe(0);
    const [version] = await versionsAt(at(servers[1]));
    expect(await textsOf(version as Version)).toEqual(texts);
  });

  test('garbage is collected beside writers, and nothing is lost', async () => {
    let isDone = false;
    const collecting = (async () => {
      while (!isDone) await store.gc({ graceMs: -1000, maxDead: 0 });
    })();
    const writing = servers.flatMap((server, s) =>
      Array.from({ length: 2 }, async (_, w) => {
        for (let i = 0; i < 6; i++) await log(at(server), { a: `${s} ${w} ${i}`, b: 'the same', c: `${i}` });
      }),
    );
    await Promise.all(writing).finally(() => {
      isDone = true;
    });
    await collecting;
    const versions = await versionsAt(at(servers[1]));
    expect(versions).toHaveLength(24);
    for (const version of versions) expect((await textsOf(version)).b).toBe('the same');
    expect((await store.verify()).problems).toEqual([]);
  });

  test('PostgreSQL may be restarted in the middle: what is acknowledged is kept, and nothing else is there', async () => {
    const acknowledged = new Map<string, string>();
    let isOver = false;
    const writing = servers.flatMap((server, s) =>
      Array.from({ length: 4 }, async (_, w) => {
        for (let i = 0; i < 8 || !isOver; i++) {
          const text = `${s} ${w} ${i}`;
          try {
            acknowledged.set((await log(at(server), { a: text })).version, text);
          } catch (error) {
            expectPassing(error);
          }
        }
      }),
    );
    try {
      for (let i = 0; i < 3; i++) await rig.postgres.restart();
    } finally {
      isOver = true;
    }
    await Promise.all(writing);
    const versions = await versionsAt(at(servers[0]));
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, i) => `v${i}`));
    const found = new Map<string, string>();
    for (const version of versions) found.set(version.version, (await textsOf(version)).a ?? '');
    for (const [version, text] of acknowledged) expect(found.get(version)).toBe(text);
    expect(new Set(found.values()).size).toBe(found.size);
    expect((await store.verify()).problems).toEqual([]);
  });

  test.each(['busy', 'limited', 'slow'] as const)(
    'a bucket that is %s costs patience, and nothing else',
    async (fault) => {
      const server = await rig.serve(rig.endpoints[fault]);
      const large = randomBytes(9_000_000);
      for (let i = 0; i < 3; i++) {
        const version = await log(at(server), { large, small: `${i}` });
        const root = await version.download({ root: join(folder, `${i}`) });
        expect(readFileSync(join(root, 'large')).equals(large)).toBe(true);
        expect(readFileSync(join(root, 'small'), 'utf8')).toBe(`${i}`);
      }
      expect(await versionsAt(at(servers[0]))).toHaveLength(3);
      expect(await server.stop()).toBe(0);
    },
  );

  test('a bucket that is away is said to be, and nothing half of it is seen', async () => {
    const [whole] = servers;
    const earlier = await log(at(whole), { a: randomBytes(1000) });
    const cut = await rig.serve(rig.line.endpoint, { AWS_MAX_ATTEMPTS: '1' });
    const impatient = await openRemote({ url: cut.url, apiKey: root, retries: { attempts: 2 } });
    const place = { ...at(cut), store: impatient, apiKey: undefined };
    rig.line.cut();
    const error = await log(place, { a: 'two' }).catch((caught: unknown) => caught);
    expectPassing(error);
    const unread = await (await new Api(place).artifact('data'))
      .download({ root: join(folder, 'out') })
      .catch((caught: unknown) => caught);
    expectPassing(unread);
    rig.line.mend();
    expect((await versionsAt(at(whole))).map(({ digest }) => digest)).toEqual([earlier.digest]);
    expect((await log(place, { a: 'two' })).version).toBe('v1');
    await impatient.close();
  });
}
