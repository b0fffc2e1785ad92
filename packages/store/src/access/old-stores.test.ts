import { join } from 'node:path';
import { openManifest, readAll } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import { expect, it } from 'vitest';
import { collect, enter, machine } from '../../test/access-places.js';
import { collection, log } from '../../test/maintained-store.js';
import { scratchFolder } from '../../test/scratch.js';
import { defaultChunker } from '../chunker/chunker-params.js';
import { settleFormat } from '../format.js';
import { openStore } from '../index.js';
import { localStore } from '../local-store.js';
import { migration as catalog } from '../sql/migrations/001-catalog.js';
import { migration as packs } from '../sql/migrations/002-packs.js';
import { ddlFor } from '../sql/migrations/ddl.js';
import { openSqlite } from '../sql/sqlite/database.js';
import { loadSqlite } from '../sql/sqlite/driver.js';
import { run } from '../sql/step.js';
import { makeStoreFolder } from '../store-folder.js';

it('a store from before there were keys has the blobs of its projects apart once it is opened', async () => {
  const folder = join(scratchFolder(), 'store');
  await makeStoreFolder(nodeFileSystem, folder);
  const path = join(folder, 'cairn.db');
  const database = await openSqlite({ driver: await loadSqlite(), path, readOnly: false, clock: Date.now });
  const ddl = ddlFor('sqlite');
  await database.write(function* () {
    for (const statement of [...catalog(ddl), ...packs(ddl)]) yield* run(statement.compile().sql);
    yield* run('INSERT INTO cairn_schema (version, applied_at) VALUES (1, 0), (2, 0)');
  });
  const before = await localStore({
    fs: nodeFileSystem,
    folder,
    database,
    format: await settleFormat(nodeFileSystem, folder, { algorithm: 'blake3', chunker: defaultChunker }),
    liveness: () => true,
    readOnly: false,
    now: Date.now,
  });
  const { manifest } = await log(before, { 'a.txt': 'a', 'large.bin': new Uint8Array(400_000) });
  await before.close();

  const store = await openStore(folder);
  const blobs = store.access.blobsOf(collection);
  const opened = await openManifest(blobs, manifest);
  const entries = await collect(opened.entries());
  expect(entries).toHaveLength(2);
  for (const { digest } of entries) await readAll(blobs.open(digest as typeof manifest));
  await expect(
    openManifest(store.access.blobsOf({ ...collection, project: 'other' }), manifest),
  ).rejects.toMatchObject({
    code: 'not_found',
  });
  await store.close();
});

it('a store that is only read knows its keys, and writes down no use', async () => {
  const folder = join(scratchFolder(), 'store');
  const store = await openStore(folder);
  const { secret, principal } = await enter(store, {
    user: 'ann',
    scopes: [{ entity: 'acme', project: '*', role: 'read' }],
  });
  await store.close();
  const later = new Date(Date.now() + 120_000);
  const reading = await openStore(folder, { readOnly: true, now: () => later });
  const again = await reading.access.authenticate(secret);
  expect(again.key.id).toBe(principal.key.id);
  await expect(reading.access.revokeKey(again.key.id, machine)).rejects.toMatchObject({
    code: 'storage_readonly',
  });
  await reading.close();
});

it('a version that was deleted before anybody asked for its blobs has them in its project once it is restored', async () => {
  const folder = join(scratchFolder(), 'store');
  const store = await openStore(folder);
  const { id, manifest } = await log(store, { 'a.txt': 'a' });
  await log(store, { 'b.txt': 'b' });
  await store.catalog.deleteVersion(id);
  const blobs = store.access.blobsOf(collection);
  // Those of the other version are linked now, and so it is noted for all versions there were.
  expect((await blobs.has([manifest])).size).toBe(0);
  await store.catalog.restoreVersion(id);
  const [entry] = await collect((await openManifest(blobs, manifest)).entries());
  expect(entry?.path).toBe('a.txt');
  await readAll(blobs.open(entry?.digest as typeof manifest));
  await store.close();
});
