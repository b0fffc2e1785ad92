import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectCairnError } from '@cairn/conformance';
import { type ObjectStore, readAll } from '@cairn/core';
import { memoryObjectStore } from '@cairn/core/memory';
import { Api, Artifact, withRun } from '@cairn/sdk';
import { openTeamStore } from '@cairn/store/postgres';
import { type RunningPostgres, startPostgres } from '@cairn/testing';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

/* The commands by which docs/self-hosting.md has a team's store backed up and restored. */

const isHere = process.env.CAIRN_REQUIRE_SERVERS === '1';
let [old, next]: RunningPostgres[] = [];
const folder = mkdtempSync(join(tmpdir(), 'cairn-team-backup-'));

beforeAll(async () => {
  if (isHere) [old, next] = [await startPostgres(), await startPostgres()];
}, 600_000);
afterAll(async () => {
  await old?.stop();
  await next?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function run(script: string, postgres: RunningPostgres): void {
  const path = fileURLToPath(new URL(`support/${script}`, import.meta.url));
  const env = { ...process.env, CAIRN_DATABASE_URL: postgres.url, BACKUP: folder };
  execFileSync('bash', ['-eu', path], { env, stdio: ['ignore', 'inherit', 'pipe'] });
}

async function open(postgres: RunningPostgres, objects: ObjectStore) {
  const pool = new Pool({ connectionString: postgres.url });
  const store = await openTeamStore({ pool, objects });
  const close = async () => {
    await store.close();
    await pool.end();
  };
  return { store, close };
}

async function newDatabase(postgres: RunningPostgres): Promise<RunningPostgres> {
  const pool = new Pool({ connectionString: postgres.url });
  await pool.query('CREATE DATABASE again');
  await pool.end();
  const url = new URL(postgres.url);
  url.pathname = '/again';
  return { ...postgres, url: url.href };
}

/** What copies a bucket copies it so, an object after the other. */
async function copyBucket(from: ObjectStore): Promise<ObjectStore> {
  const to = memoryObjectStore();
  for await (const { key } of from.list('')) await to.put(key, await readAll(from.open(key)));
  return to;
}

test.skipIf(!isHere)(
  'a team is restored to what it was, and who works on with what came later notices',
  async () => {
    const bucket = memoryObjectStore();
    const team = await open(old as RunningPostgres, bucket);
    const log = (store: typeof team.store, text: string) =>
      withRun({ store }, async (run) => {
        const artifact = new Artifact('data');
        await artifact.newFile('a.txt', text);
        await artifact.newFile('large.bin', Buffer.alloc(3_000_000, text));
        return run.logArtifact(artifact);
      });
    await log(team.store, 'one');
    await log(team.store, 'two');
    run('backup-team.sh', old as RunningPostgres);
    const later = await log(team.store, 'three');
    const basis = await team.store.blobs.basis();
    const copy = await copyBucket(bucket);
    await team.close();

    run('restore-team.sh', next as RunningPostgres);
    const { store, close } = await open(next as RunningPostgres, copy);
    expect(await store.verify()).toMatchObject({ ok: true, counts: { versions: 2 } });
    const texts: string[] = [];
    for await (const version of new Api({ store }).artifacts({ name: 'data', sort: 'version' })) {
      texts.push(await new Response((await version.getPath('a.txt')).open()).text());
    }
    expect(texts).toEqual(['one', 'two']);
    const { entity, project, name, type, digest } = later;
    const commit = { entity, project, name, type, digest, manifest: digest as `blake3:${string}` };
    await expectCairnError(
      store.catalog.commitVersion({
        ...{ ...commit, entryCount: 2, size: 1, metadata: {}, aliases: [], tags: [] },
        basis,
      }),
      'conflict',
    );
    // What came after the dump is garbage now, and is stored anew.
    await store.gc({ graceMs: -1000, maxDead: 0 });
    expect((await log(store, 'three')).version).toBe('v2');
    expect((await store.verify()).ok).toBe(true);
    await close();
    // A dump without the index serves as well.
    run('backup-without-index.sh', old as RunningPostgres);
    const again = await newDatabase(next as RunningPostgres);
    run('restore-team.sh', again);
    const mended = await open(again, bucket);
    expect((await mended.store.verify()).ok).toBe(false);
    expect(await mended.store.verify({ repair: true })).toMatchObject({ ok: true, counts: { versions: 3 } });
    await mended.close();
    // The old database doesn't fit to a bucket of another store.
    await expectCairnError(open(next as RunningPostgres, memoryObjectStore()), 'conflict');
  },
);

test.skipIf(isHere)('there are servers', (context) => context.skip('CAIRN_REQUIRE_SERVERS is not 1'));
