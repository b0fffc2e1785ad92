import { expectCairnError } from '@cairn/conformance';
import { CairnError, type ContentDigest, type ObjectStore, type ProjectRef, readAll } from '@cairn/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { rawDigest } from '../src/packs/pack-format.js';
import { openTeamStore, type TeamStore } from '../src/postgres.js';
import type { PostgresPool } from '../src/sql/postgres/pool.js';
import { damageInBucket } from './buckets.js';
import { anyPostgresPool, postgresUrl, startLimitMs } from './catalogs.js';
import { hasher } from './ingest-context.js';
import { commit, log, put, randomBytes, readVersions, storeFiles } from './maintained-store.js';
import { bytesOf, copy, fill, flip, largest, mend, sizesOf, sql } from './mended-team.js';
import { large, ours, small, theirs } from './project-puts.js';
import { isFull, sample } from './scale.js';
import { noise } from './scratch.js';
import { largeBlob, pack } from './sent-pack.js';
import { teamStore } from './team-places.js';

beforeAll(async () => {
  // PostgreSQL in this process takes its time.
  await (await anyPostgresPool()).dispose();
}, startLimitMs);

const all = { graceMs: -1000, maxDead: 0 };

const lost: Readonly<Record<string, string>> = {
  'all rows are gone': 'DELETE FROM objects; DELETE FROM packs',
  'the tables are new': 'TRUNCATE objects; TRUNCATE packs RESTART IDENTITY',
  'the rows of all packs are gone': 'TRUNCATE packs RESTART IDENTITY',
  'the rows of all objects are gone': 'DELETE FROM objects',
  'the rows of some packs are gone': 'DELETE FROM packs WHERE id % 2 = 0',
  'some rows are gone': "DELETE FROM objects WHERE digest < '\\x80'",
  'the rows of recipes are gone': 'DELETE FROM objects WHERE kind = 1',
  'rows lead to other places': 'UPDATE objects SET start = start + 1',
  'one row leads to another place':
    'UPDATE objects SET start = start + 1 WHERE digest = (SELECT digest FROM objects WHERE kind = 0 ORDER BY digest DESC LIMIT 1)',
  'rows have other lengths': 'UPDATE objects SET length = length + 1',
  'rows lead to another pack': 'UPDATE objects SET pack_id = (SELECT min(id) FROM packs)',
  'rows have other sizes': 'UPDATE objects SET size = size + 1',
  'rows have the other kind': 'UPDATE objects SET kind = 1 - kind',
  'packs have other sizes': 'UPDATE packs SET size = size - 1, record_count = record_count + 1',
};

/** PostgreSQL in this process takes long for all of them. */
const cases = postgresUrl === undefined ? sample(Object.entries(lost), 4) : Object.entries(lost);

describe('repair of a store for teams makes the index again when', () => {
  for (const [what, text] of cases) {
    it(what, async () => {
      const team = await teamStore();
      const { store, bucket, place } = team;
      await fill(store);
      for (const statement of text.split('; ')) await sql(place.pool, statement);
      expect((await store.verify()).ok).toBe(false);
      const before = await bucket.packs();
      await store
        .gc(all)
        .catch((error: unknown) => expectCairnError(Promise.reject(error), 'integrity_mismatch'));
      expect(await bucket.packs()).toEqual(before);
      const { problems, repaired } = await mend(team);
      expect(problems).toEqual([]);
      expect(repaired.length).toBeGreaterThan(0);
      expect(await readVersions(store)).toBe(2);
      await store.gc(all);
      expect(await readVersions(store)).toBe(2);
      expect((await store.verify()).ok).toBe(true);
    });
  }
});

it('reads the ends of the packs to make the index again, and not what is in them', async () => {
  const { store, bucket, place, temp } = await teamStore();
  const files = Array.from({ length: 60 }, (_, i) => randomBytes(i + 3, 200_000));
  await log(store, Object.fromEntries(files.map((bytes, i) => [`file-${i}`, bytes])));
  await sql(place.pool, 'DELETE FROM objects');
  await sql(place.pool, 'DELETE FROM packs');
  let [read, isMending] = [0, false];
  const objects: ObjectStore = {
    ...bucket.objects,
    async *open(key, options) {
      for await (const bytes of bucket.objects.open(key, options)) {
        if (isMending) read += bytes.length;
        yield bytes;
      }
    },
  };
  const other = await openTeamStore({ pool: place.pool, objects, temp });
  const { ok } = await other.verify({
    repair: true,
    onProgress({ phase }) {
      isMending = phase === 'repair';
    },
  });
  expect(ok).toBe(true);
  expect(read).toBeLessThan(1_500_000);
  await other.close();
});

describe('repair of a store for teams', () => {
  it('takes what is damaged from another copy', async () => {
    const team = await teamStore();
    const { store, bucket } = team;
    await fill(store);
    const key = await largest(bucket);
    await copy(bucket, key);
    await flip(bucket, key, 1000);
    const { repaired, problems } = await mend(team);
    expect(problems).toEqual([]);
    expect(repaired).toMatchObject([
      { kind: 'damaged_record', pack: key.slice('packs/'.length), versionCount: 2 },
    ]);
    expect(await bucket.packs()).not.toContain(key);
    expect(await readVersions(store)).toBe(2);
  });

  it('takes no copy that is damaged too', async () => {
    const team = await teamStore();
    const { store, bucket } = team;
    await fill(store);
    const key = await largest(bucket);
    for (const [digit, isDamaged] of Object.entries({ '0': true, '5': false, f: true })) {
      const name = digit.repeat(32);
      await copy(bucket, key, name);
      if (isDamaged) await flip(bucket, `packs/${name}`, 1000);
    }
    await flip(bucket, key, 1000);
    // Those that nobody knew are made known, with what is damaged in them.
    const { problems } = await mend(team);
    expect(problems.flatMap(({ versions }) => versions)).toEqual([]);
    expect(await readVersions(store)).toBe(2);
    await store.gc(all);
    expect((await mend(team)).problems).toEqual([]);
  });

  it('has nobody rely on a large blob of which a part is lost', async () => {
    const team = await teamStore();
    const { store, bucket, place } = team;
    await log(store, { a: 'one' });
    const chunks = [noise(200_000, 1), noise(200_000, 2)];
    const blob = hasher.hash(Buffer.concat(chunks));
    const { chunks: records, segment, recipe } = largeBlob(chunks);
    const [first, ...rest] = records;
    const known = new Set(await bucket.packs());
    await store.adoptPack([pack([first as (typeof records)[0]])]);
    const [lone] = (await bucket.packs()).filter((key) => !known.has(key));
    await store.adoptPack([pack([...rest, segment, recipe])]);
    await bucket.objects.delete([lone as string]);
    await sql(place.pool, 'DELETE FROM objects');
    await sql(place.pool, 'DELETE FROM packs');
    expect((await mend(team)).ok).toBe(true);
    expect([...(await store.lacks([rawDigest(blob)]))]).toEqual([1]);
    expect(await put(store, [Buffer.concat(chunks)])).toEqual([blob]);
    expect((await readAll(store.blobs.open(blob))).length).toBe(400_000);
    expect((await mend(team)).problems).toEqual([]);
  });

  it('believes no recipe of a pack that nobody knows', async () => {
    const team = await teamStore();
    const { store, bucket, place } = team;
    await fill(store);
    const wanted = hasher.hash(noise(400_000, 9));
    const { chunks, segment, recipe } = largeBlob([noise(200_000, 1), noise(200_000, 2)]);
    const planted = pack([...chunks, segment, { ...recipe, digest: rawDigest(wanted) }]);
    await bucket.objects.put(`packs/${'ab'.repeat(16)}`, planted);
    await sql(place.pool, 'DELETE FROM objects WHERE kind = 1');
    expect((await mend(team)).ok).toBe(true);
    expect([...(await store.lacks([rawDigest(wanted)]))]).toEqual([1]);
  });

  it('forgets what leads to nothing', async () => {
    const team = await teamStore();
    const { store, bucket, place } = team;
    await fill(store);
    const known = new Set(await bucket.packs());
    await put(store, [randomBytes(9, 1000)]);
    const [key] = (await bucket.packs()).filter((each) => !known.has(each));
    await bucket.objects.delete([key as string]);
    await sql(place.pool, `DELETE FROM packs WHERE name = '${key?.slice('packs/'.length)}'`);
    await expectCairnError(store.gc(all), 'integrity_mismatch');
    const { ok, repaired } = await mend(team);
    expect([ok, repaired[0]?.kind]).toEqual([true, 'wrong_row']);
    await store.gc(all);
    expect(await readVersions(store)).toBe(2);
  });

  it('names what has no other copy, keeps it, and lets it be logged again', async () => {
    const team = await teamStore();
    const { store, bucket } = team;
    const bytes = randomBytes(1, 5000);
    await log(store, { a: bytes, b: 'stays' });
    const [digest] = (await put(store, [bytes])) as [ContentDigest];
    await damageInBucket(bucket.objects, digest);
    const { problems } = await mend(team);
    expect(problems).toMatchObject([{ kind: 'damaged_record', digest, versions: [{ paths: ['a'] }] }]);
    expect([...(await store.lacks([rawDigest(digest)]))]).toEqual([1]);
    await put(store, [bytes]);
    expect(await readVersions(store)).toBe(1);
    expect((await mend(team)).ok).toBe(true);
  });

  it('has a lost pack forgotten whose records are elsewhere, and else says what is lost', async () => {
    const team = await teamStore();
    const { store, bucket } = team;
    await fill(store);
    const key = await largest(bucket);
    const bytes = await bytesOf(bucket, key);
    await copy(bucket, key);
    await bucket.objects.delete([key]);
    const { ok, repaired } = await mend(team);
    expect([ok, repaired[0]?.kind]).toEqual([true, 'missing_pack']);
    const [found] = (await sizesOf(bucket)).filter(({ size }) => size === bytes.length);
    await bucket.objects.delete([found?.key as string]);
    const { problems } = await mend(team);
    expect(problems).toMatchObject([{ kind: 'missing_pack', versionCount: 2 }]);
    expect(problems[0]?.versions[0]?.paths).toEqual(['a', 'b']);
    await put(store, [Buffer.from('one'), Buffer.from('two'), randomBytes(1, 900_000)]);
    expect(await readVersions(store)).toBe(2);
    await store.gc(all);
    expect((await mend(team)).problems).toEqual([]);
  });

  it('keeps what is whole of a pack that was cut, or whose table is damaged', async () => {
    const team = await teamStore();
    const { store, bucket } = team;
    const files = Array.from({ length: 20 }, (_, i) => randomBytes(i + 1, 20_000));
    await log(store, Object.fromEntries(files.map((bytes, i) => [`file-${i}`, bytes])));
    const key = await largest(bucket);
    await flip(bucket, key, (await bytesOf(bucket, key)).length - 60);
    expect((await mend(team)).ok).toBe(true);
    const next = await largest(bucket);
    const bytes = await bytesOf(bucket, next);
    await bucket.objects.put(next, bytes.subarray(0, 205_000));
    const { problems } = await mend(team);
    expect(problems.map(({ kind }) => kind)).toContain('damaged_pack');
    const paths = new Set(problems.flatMap(({ versions }) => versions.flatMap((version) => version.paths)));
    expect(paths.size).toBe(10);
    await put(store, files);
    expect(await readVersions(store)).toBe(1);
  });

  it('mends an index that was lost, and then what is damaged in the packs', async () => {
    const team = await teamStore();
    const { store, bucket, place } = team;
    await fill(store);
    const keys = await bucket.packs();
    for (const key of keys) await copy(bucket, key);
    await flip(bucket, (await sizesOf(bucket))[0]?.key as string, 1000);
    await sql(place.pool, 'DELETE FROM objects');
    await sql(place.pool, 'DELETE FROM packs');
    expect((await mend(team)).problems).toEqual([]);
    expect(await readVersions(store)).toBe(2);
  });

  it('leaves alone what somebody is writing, and what somebody is removing', async () => {
    const team = await teamStore();
    const { store, bucket, place, temp } = team;
    await fill(store);
    const { id } = await log(store, { gone: randomBytes(9, 300_000) });
    await store.catalog.deleteVersion(id);
    // Something to mend, which is needed by nothing.
    const damage = () =>
      sql(place.pool, 'UPDATE objects SET length = length + 1 WHERE kind = 0 AND length = 3');
    await log(store, { three: '333' });
    const removing: string[] = [];
    const objects: ObjectStore = {
      ...bucket.objects,
      async delete(keys, options) {
        const some: string[] = [];
        for await (const key of keys) some.push(key);
        removing.push(...some);
        await damage();
        expect((await store.verify({ repair: true })).repaired.length).toBeGreaterThan(0);
        await bucket.objects.delete(some, options);
      },
    };
    const collector = await openTeamStore({ pool: place.pool, objects, temp });
    await collector.gc(all);
    expect(removing.length).toBeGreaterThan(0);
    await collector.close();
    expect((await store.verify()).problems).toEqual([]);
    const writer = await openTeamStore({
      pool: place.pool,
      temp,
      objects: {
        ...bucket.objects,
        async put(key, body, options) {
          const info = await bucket.objects.put(key, body, options);
          await damage();
          await store.verify({ repair: true });
          return info;
        },
      },
    });
    await log(writer, { late: randomBytes(8, 300_000) });
    await writer.close();
    expect((await store.verify()).problems).toEqual([]);
    expect(await readVersions(store)).toBe(4);
  });

  it('leads to nothing that was removed just before', async () => {
    const { store, bucket, place, temp } = await teamStore();
    await fill(store);
    const known = new Set(await bucket.packs());
    await put(store, [randomBytes(9, 300_000)]);
    const left = new Set((await bucket.packs()).filter((key) => !known.has(key)));
    await sql(place.pool, 'DELETE FROM objects');
    await sql(place.pool, 'DELETE FROM packs');
    const objects: ObjectStore = {
      ...bucket.objects,
      async *open(key, options) {
        const bytes = await readAll(bucket.objects.open(key, options));
        if (left.has(key)) await bucket.objects.delete([key]);
        yield bytes;
      },
    };
    const late = await openTeamStore({ pool: place.pool, objects, temp });
    expect((await late.verify({ repair: true })).problems).toEqual([]);
    await late.close();
  });

  it('has garbage collection give up that was under way', async () => {
    const { store, bucket, place, temp } = await teamStore();
    await fill(store);
    await put(store, [randomBytes(9, 300_000)]);
    let isMending = true;
    const objects: ObjectStore = {
      ...bucket.objects,
      async *open(key, options) {
        if (isMending && key.startsWith('packs/')) {
          isMending = false;
          await sql(place.pool, 'UPDATE objects SET size = size + 1 WHERE kind = 1');
          expect((await store.verify({ repair: true })).ok).toBe(true);
        }
        yield* bucket.objects.open(key, options);
      },
    };
    const collector = await openTeamStore({ pool: place.pool, objects, temp });
    await expectCairnError(collector.gc(all), 'conflict');
    await collector.close();
    expect(await readVersions(store)).toBe(2);
  });

  it('goes on where it was interrupted, whenever that was', async () => {
    const team = await teamStore();
    const { store, bucket, place, temp } = team;
    await fill(store);
    const damage = async () => {
      const key = await largest(bucket);
      await copy(bucket, key);
      await flip(bucket, key, 1000);
      await sql(place.pool, 'DELETE FROM objects WHERE kind = 1');
      await sql(place.pool, 'DELETE FROM packs WHERE id = (SELECT max(id) FROM packs)');
    };
    const growth = postgresUrl === undefined ? 2.5 : 1.4;
    let points = 0;
    for (let calls = 1; ; calls = isFull ? calls + 1 : Math.ceil(calls * growth)) {
      await damage();
      const mortal = await openTeamStore({ ...dyingAfter(calls, place.pool, bucket.objects), temp });
      const isDone = await mortal.verify({ repair: true }).then(
        () => true,
        (error: unknown) => {
          if (!CairnError.is(error, 'unavailable')) throw error;
          return false;
        },
      );
      await mortal.close();
      if (isDone) break;
      points++;
      expect((await store.verify({ repair: true })).problems, `after ${calls} calls`).toEqual([]);
      expect(await readVersions(store), `after ${calls} calls`).toBe(2);
    }
    expect(points).toBeGreaterThan(3);
  }, 1_800_000);
});

/** Has a project log files, as clients of a server do. */
async function logIn(
  store: TeamStore,
  project: ProjectRef,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const blobs = store.access.blobsOf(project);
  const written = await storeFiles({ blobs, catalog: store.catalog }, files);
  const basis = await blobs.checkManifest(written.blob);
  const commitVersion: TeamStore['catalog']['commitVersion'] = (request) =>
    store.catalog.commitVersion({ ...request, ...project });
  await commit({ blobs: store.blobs, catalog: { ...store.catalog, commitVersion } }, written, basis);
}

describe('links of projects', () => {
  for (const text of ['DELETE FROM links', "DELETE FROM links WHERE digest < '\\x80'"]) {
    it(`are made again of what versions are made of: ${text}`, async () => {
      const { store, place } = await teamStore();
      await logIn(store, ours, { large, small });
      await logIn(store, theirs, { other: randomBytes(5, 1000) });
      const before = await sql(place.pool, 'SELECT digest FROM links ORDER BY project_id, digest');
      await sql(place.pool, text);
      expect((await store.verify()).problems.map(({ kind }) => kind)).toContain('missing_link');
      const { ok, repaired } = await store.verify({ repair: true });
      expect([ok, repaired[0]?.kind]).toEqual([true, 'missing_link']);
      expect(await sql(place.pool, 'SELECT digest FROM links ORDER BY project_id, digest')).toEqual(before);
      const digest = hasher.hash(large);
      expect((await store.access.blobsOf(ours).has([digest])).size).toBe(1);
      expect((await store.access.blobsOf(theirs).has([digest])).size).toBe(0);
      expect((await store.verify({ repair: true })).repaired).toEqual([]);
    });
  }

  it('are made again together with the index', async () => {
    const { store, place } = await teamStore();
    await logIn(store, ours, { large, small });
    for (const table of ['objects', 'packs', 'links']) await sql(place.pool, `DELETE FROM ${table}`);
    expect((await store.verify({ repair: true })).ok).toBe(true);
    expect((await store.access.blobsOf(ours).has([hasher.hash(large)])).size).toBe(1);
  });
});

/** A database and a bucket of which nothing more is heard after so many calls. */
function dyingAfter(
  calls: number,
  pool: PostgresPool,
  inner: ObjectStore,
): { readonly pool: PostgresPool; readonly objects: ObjectStore } {
  // Opening the store is not what is tried.
  let [left, isCounting] = [calls, false];
  const mayDie = () => {
    if (isCounting && left-- <= 0)
      throw new CairnError('unavailable', 'nothing more is heard', { hint: 'Start again.' });
  };
  return {
    pool: {
      async connect() {
        const client = await pool.connect();
        return {
          async query(text, values) {
            if (text.includes('FROM packs WHERE record_count >= 0')) isCounting = true;
            try {
              mayDie();
            } catch (error) {
              // The server notices that nobody is there any more.
              await client.query('ROLLBACK');
              throw error;
            }
            return client.query(text, values);
          },
          release: () => client.release(),
        };
      },
    },
    objects: {
      ...inner,
      async put(key, body, options) {
        mayDie();
        return inner.put(key, body, options);
      },
      async *open(key, options) {
        mayDie();
        yield* inner.open(key, options);
      },
      async delete(keys, options) {
        mayDie();
        await inner.delete(keys, options);
      },
      async stat(key, options) {
        mayDie();
        return inner.stat(key, options);
      },
    },
  };
}
