import type { BlobStore, ContentDigest, Entry, WrittenManifest } from '@cairn/core';
import { writeManifest } from '@cairn/core';
import { describe, expect, it } from 'vitest';
import { accessPlaces, digestPlaces } from '../../test/access-places.js';
import { startLimitMs } from '../../test/catalogs.js';
import { collection, commit } from '../../test/maintained-store.js';
import { large, ours, put, small, storeAs, theirs, writeFiles } from '../../test/project-puts.js';
import { readBlob } from '../../test/put.js';
import { rawDigest } from '../packs/pack-format.js';
import { all, run } from '../sql/step.js';
import { toStoredDigest } from '../sql/stored-form.js';
import type { ProjectBlobs } from './access.js';
import { sqlAccess } from './sql-access.js';

describe.each(digestPlaces)('a manifest of a project on %s', { timeout: startLimitMs }, (_, open) => {
  it('passes with all that it names, and says under which basis', async () => {
    const place = await open();
    const mine = place.store.access.blobsOf(ours);
    const manifest = await storeAs(mine, { large, small });
    expect(await mine.checkManifest(manifest.blob)).toBe(await mine.basis());
  });

  it('is refused for an entry that is another project’s, which is named', async () => {
    const place = await open();
    const [secret] = await put(place.store.access.blobsOf(theirs), [small]);
    const mine = place.store.access.blobsOf(ours);
    const [own] = await put(mine, [large]);
    const manifest = await writeFiles(
      mine,
      ['own', 'taken'],
      [own as ContentDigest, secret as ContentDigest],
    );
    for (let i = 0; i < 2; i++) {
      await expect(mine.checkManifest(manifest.blob)).rejects.toMatchObject({
        code: 'not_found',
        message: expect.stringMatching(/"acme\/pets" has no blob blake3:.*"taken"/),
      });
    }
    await put(mine, [small]);
    await mine.checkManifest(manifest.blob);
  });

  it('is refused for a leaf, or extras, that another project stored', async () => {
    const place = await open();
    const [mine, other] = [place.store.access.blobsOf(ours), place.store.access.blobsOf(theirs)];
    const entry: Entry = {
      kind: 'reference',
      path: 'cat.png',
      uri: 's3://bucket/cat.png',
      digest: 'etag:"1"',
      extra: { versionId: 'x' },
    };
    const policy = { name: 'cairn.default', config: {} };
    const manifest = await writeManifest([entry], other, policy);
    // Whoever has the index only has written down digests.
    const index = await readBlob(other, manifest.blob);
    await put(mine, [index]);
    await expect(mine.checkManifest(manifest.blob)).rejects.toMatchObject({ code: 'not_found' });
    const [leaf, extras] = JSON.parse(`[${index.toString().trim().split('\n')[1]}]`).flatMap(
      (line: { leaf: string; extras: string }) => [line.leaf, line.extras],
    ) as [ContentDigest, ContentDigest];
    await put(mine, [await readBlob(other, leaf)]);
    await expect(mine.checkManifest(manifest.blob)).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining(extras),
    });
    await put(mine, [await readBlob(other, extras)]);
    await mine.checkManifest(manifest.blob);
  });

  it('costs what is new of it', async () => {
    const place = await open();
    const { database } = place;
    let opened = 0;
    const blobs: BlobStore = {
      ...place.store.blobs,
      open(digest, options) {
        opened++;
        return place.store.blobs.open(digest, options);
      },
    };
    const access = sqlAccess({ database, blobs, partsOf: async () => [], smallBytes: Number.MAX_VALUE });
    const mine = access.blobsOf(ours);
    const [a, b] = (await put(mine, [small, Buffer.from('another')])) as [ContentDigest, ContentDigest];
    const paths = Array.from({ length: 5000 }, (_, i) => `${String(i).padStart(5, '0')}.txt`);
    const first = await writeFiles(
      mine,
      paths,
      paths.map(() => a),
    );
    const edited = await writeFiles(
      mine,
      paths,
      paths.map((_, i) => (i === 0 ? b : a)),
    );
    const cost = async (manifest: WrittenManifest) => {
      opened = 0;
      await mine.checkManifest(manifest.blob);
      return opened;
    };
    expect(await cost(first)).toBeGreaterThan(4);
    expect(await cost(first)).toBe(0);
    expect(await cost(edited)).toBe(2);
  });

  it('is looked at again in another epoch of garbage collection', async () => {
    const { store: whole, database } = await open();
    const mine = whole.access.blobsOf(ours);
    const manifest = await storeAs(mine, { 'a.txt': small });
    await mine.checkManifest(manifest.blob);
    const [digest] = await put(mine, [small]);
    const link = toStoredDigest(database.form.ofProject(ours), rawDigest(digest as string));
    await database.write(() => run('DELETE FROM links WHERE digest = ?', [link]));
    await mine.checkManifest(manifest.blob);
    await database.write(() => run("INSERT INTO engine_state (name, value) VALUES ('epoch', 7)"));
    await expect(mine.checkManifest(manifest.blob)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is looked at again when garbage was collected since, and passes no more when something went', async () => {
    const place = await open();
    const { store: whole, database } = place;
    const mine = whole.access.blobsOf(ours);
    const basis = await mine.basis();
    const manifest = await storeAs(mine, { 'a.txt': small });
    await mine.checkManifest(manifest.blob, { basis });
    await place.store.gc({ graceMs: -1000 });
    await expect(mine.checkManifest(manifest.blob, { basis })).rejects.toMatchObject({
      code: 'conflict',
      isRetryable: true,
    });
    const again = await mine.basis();
    expect(again).not.toBe(basis);
    await expect(mine.checkManifest(manifest.blob, { basis: again })).rejects.toMatchObject({
      code: 'not_found',
    });
    // The index and the leaf alone, as a client would store who takes the rest for there.
    await writeFiles(
      mine,
      ['a.txt'],
      [(await put(whole.access.blobsOf(theirs), [small]))[0] as ContentDigest],
    );
    await expect(mine.checkManifest(manifest.blob, { basis: again })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await database.read(() => all('SELECT digest FROM checked_manifests'))).toEqual([]);
  });
});

it('a version that was committed after its manifest was checked is whole', async () => {
  const [, open] = accessPlaces[0] as (typeof accessPlaces)[number];
  const { store: whole } = await open();
  const mine: ProjectBlobs = whole.access.blobsOf(collection);
  const manifest = await storeAs(mine, { 'a.txt': small });
  await commit(whole, manifest, await mine.checkManifest(manifest.blob));
});
