import { type ContentDigest, readAll } from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { accessPlaces, digestPlaces, machine } from '../../test/access-places.js';
import { startLimitMs } from '../../test/catalogs.js';
import { collection, commit, log, randomBytes } from '../../test/maintained-store.js';
import { large, ours, put, small, theirs, writeFiles } from '../../test/project-puts.js';
import { readBlob } from '../../test/put.js';
import { forgetLinks } from '../maintenance/forget-links.js';
import { rawDigest } from '../packs/pack-format.js';
import { all, run } from '../sql/step.js';
import { toStoredDigest } from '../sql/stored-form.js';

describe.each(digestPlaces)('links on %s', { timeout: startLimitMs }, (_, open) => {
  it('are not led astray by a manifest that lies about a size', async () => {
    const { store, database } = await open();
    const digests = await put(store.blobs, [small]);
    const manifest = await writeFiles(store.blobs, ['a.txt'], digests, 10_000_000);
    await commit(store, manifest);
    expect(await store.access.blobsOf(collection).has(digests)).toEqual(new Set(digests));
    const packs = await database.read(() => all('SELECT mtime_ms FROM packs'));
    expect(packs.filter((row) => row.mtime_ms === null)).toEqual([]);
  });

  it('are there for what was logged without a server, once somebody asks', async () => {
    const { store } = await open();
    const version = await log(store, { 'large.bin': large, 'small.txt': small });
    const local = store.access.blobsOf(collection);
    await local.checkManifest(version.manifest);
    const again = await log(store, { 'large.bin': large, 'new.txt': 'new' });
    const [fresh] = await put(store.blobs, [Buffer.from('new')]);
    expect(Buffer.from(await readAll(local.open(fresh as ContentDigest))).toString()).toBe('new');
    await local.checkManifest(again.manifest);
    // Never logged, so nobody's.
    const [loose] = await put(store.blobs, [Buffer.from('loose')]);
    expect(await local.has([loose as ContentDigest])).toEqual(new Set());
    expect(await store.access.blobsOf(ours).has([fresh as ContentDigest])).toEqual(new Set());
  });

  it('of a version whose manifest is damaged are left out, and others made', async () => {
    const { store, database } = await open();
    const broken = await log(store, { 'a.txt': 'a' });
    await log(store, { 'b.txt': 'b' });
    const object = toStoredDigest(database.form.objects, rawDigest(broken.manifest));
    await database.write(() => run('DELETE FROM objects WHERE digest = ?', [object]));
    const digests = await put(store.blobs, [Buffer.from('a'), Buffer.from('b')]);
    expect(await store.access.blobsOf(collection).has(digests)).toEqual(new Set([digests[1]]));
  });

  it('are forgotten with what is gone, and with their project', async () => {
    const { store, database } = await open();
    const count = async () =>
      Number((await database.read(() => all('SELECT count(*) AS n FROM links')))[0]?.n);
    await log(store, { 'large.bin': large });
    const mine = store.access.blobsOf(ours);
    await put(mine, [large, small]);
    await put(store.access.blobsOf(theirs), [small, Buffer.from('loose')]);
    const before = await count();
    await store.gc({ graceMs: -1000 });
    expect(await count()).toBe(before - 3);
    const [digest] = await put(store.access.blobsOf(theirs), [small]);
    expect(await mine.has([digest as ContentDigest])).toEqual(new Set());
    await store.access.deleteProject(ours, machine);
    expect(await mine.has(await put(store.blobs, [large]))).toEqual(new Set());
    await store.gc();
    expect(await count()).toBe(1);
  });

  it('stay while garbage is collected around them', async () => {
    const { store } = await open();
    const mine = store.access.blobsOf(ours);
    const digests = await put(mine, [small, large]);
    await store.gc();
    expect(await mine.has(digests)).toEqual(new Set(digests));
    expect((await readBlob(mine, digests[1] as ContentDigest)).equals(large)).toBe(true);
  });

  it('to what is condemned count as none', async () => {
    const { store, database } = await open();
    const [digest] = (await put(store.access.blobsOf(ours), [small])) as [ContentDigest];
    await database.write(() => run('UPDATE objects SET condemned = 1'));
    expect(await store.access.linked(ours, [rawDigest(digest)])).toEqual(new Uint8Array(1));
    await put(store.access.blobsOf(ours), [small]);
    expect(await store.access.linked(ours, [rawDigest(digest)])).toEqual(new Uint8Array([1]));
  });

  it('of many digests are found among others', async () => {
    const { store, database } = await open();
    const digests = Array.from({ length: 20_000 }, (_, i) => randomBytes(i, 32));
    await store.access.link(
      ours,
      digests.filter((_, i) => i % 3 === 0),
    );
    await store.access.link(
      ours,
      digests.filter((_, i) => i % 6 === 0),
    );
    expect((await store.access.linked(ours, digests)).includes(1)).toBe(false);
    const { objects } = database.form;
    await database.write(function* () {
      const rows = objects.toStored(digests.filter((_, i) => i % 3 === 0));
      for (let at = 0; at < rows.length; at += 500) {
        const some = rows.slice(at, at + 500);
        yield* run(
          `INSERT INTO objects (digest, kind, pack_id, start, length, size)
           VALUES ${some.map(() => '(?, 0, 1, 0, 1, 1)').join()}`,
          some,
        );
      }
    });
    const found = await store.access.linked(ours, digests);
    expect(found).toEqual(Uint8Array.from(digests, (_, i) => (i % 3 === 0 ? 1 : 0)));
    expect(await store.access.linked(ours, [])).toEqual(new Uint8Array());
  });
});

describe.each(accessPlaces.filter(([name]) => name === 'PostgreSQL'))('links on %s', (_, open) => {
  it('are not made while others are forgotten, and not forgotten while others are made', async () => {
    const { store, database } = await open();
    await database.write(() => run("INSERT INTO engine_state (name, value) VALUES ('epoch', 1)"));
    const order: string[] = [];
    const hold = async (mode: string, work: () => Promise<unknown>) => {
      let isHeld = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        isHeld = resolve;
      });
      const holding = database.write(function* () {
        yield* run(`SELECT value FROM engine_state WHERE name = 'epoch' FOR ${mode}`);
        isHeld();
        yield* run('SELECT pg_sleep(0.5)');
      });
      await held;
      const working = work();
      await Promise.all([
        holding.then(() => order.push(`end of ${mode}`)),
        working.then(() => order.push('work')),
      ]);
    };
    await hold('UPDATE', () => store.access.link(ours, [randomBytes(1, 32)]));
    await hold('SHARE', () => forgetLinks(database, {}));
    expect(order).toEqual(['end of UPDATE', 'work', 'end of SHARE', 'work']);
  });
});
