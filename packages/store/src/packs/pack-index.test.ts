import {
  chmodSync,
  copyFileSync,
  readdirSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { expectCairnError } from '@cairn/conformance';
import { nodeFileSystem } from '@cairn/file';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLimitMs } from '../../test/catalogs.js';
import { hasher, ingestContext } from '../../test/ingest-context.js';
import { packDatabases } from '../../test/pack-databases.js';
import { noise } from '../../test/scratch.js';
import type { IngestContext } from '../ingest/ingestor.js';
import type { Database } from '../sql/database.js';
import { all, run } from '../sql/step.js';
import { toStoredDigest } from '../sql/stored-form.js';
import { type FinishedPack, OpenPack, packPath } from './open-pack.js';
import { plainFiles } from './pack-files.js';
import { dataKind, type RecordKind, rawDigest, recipeKind } from './pack-format.js';
import {
  addPack,
  findObjects,
  findPack,
  forgetRecords,
  isInUse,
  keyOf,
  type Location,
  rescue,
  suspectPack,
} from './pack-index.js';
import { PackReader } from './pack-reader.js';

const digestOf = (bytes: Uint8Array) => rawDigest(hasher.hash(bytes));
const files = plainFiles(nodeFileSystem.sync);
const blob = (i: number) => Buffer.from(`blob ${i}`);

describe.each(packDatabases)('packs in %s', (_, open) => {
  let database: Database;
  let context: IngestContext;
  let reader: PackReader;
  beforeEach(async () => {
    database = await open();
    context = ingestContext();
    const { packs } = context;
    reader = new PackReader({ fs: nodeFileSystem, files, database, hasher, packs, readOnly: false });
  }, startLimitMs);
  afterEach(() => database.close());

  function makePack(blobs: readonly Uint8Array[], kind: RecordKind = dataKind): FinishedPack {
    const pack = new OpenPack(context);
    for (const bytes of blobs) {
      pack.write(bytes);
      pack.list(digestOf(bytes), kind, bytes.length);
    }
    return pack.finish(hasher);
  }

  const none = new Map<string, number>();
  const add = (pack: FinishedPack, sizes = none) => database.write(() => addPack(pack, sizes));
  const find = (blobs: readonly Uint8Array[]) => database.read(() => findObjects(blobs.map(digestOf)));
  const where = async (bytes: Uint8Array) => (await find([bytes])).get(keyOf(digestOf(bytes))) as Location;
  const condemn = (bytes: Uint8Array) =>
    database.write(() =>
      run('UPDATE objects SET condemned = 1 WHERE digest = ?', [
        toStoredDigest(database.form.objects, digestOf(bytes)),
      ]),
    );
  const packNames = async () =>
    (await database.read(() => all('SELECT name FROM packs'))).map(({ name }) => name);
  const fileOf = ({ name }: FinishedPack) => packPath(context.packs, name);

  it('are found by any number of digests', async () => {
    const blobs = Array.from({ length: 1000 }, (_, i) => blob(i));
    expect(await add(makePack(blobs))).toBe(true);
    for (const count of [0, 1, 24, 25, 26, 249, 250, 251, 526, 1000]) {
      const found = await find([...blobs.slice(0, count), Buffer.from('nowhere')]);
      expect(found.size).toBe(count);
      let start = 0;
      for (const bytes of blobs.slice(0, count)) {
        const { length } = bytes;
        expect(found.get(keyOf(digestOf(bytes)))).toMatchObject({
          kind: dataKind,
          start,
          length,
          size: length,
        });
        start += length;
      }
    }
  });

  it('have the sizes of the blobs that recipes stand for', async () => {
    const recipe = Buffer.from('a recipe');
    const sizes = new Map([[keyOf(digestOf(recipe)), 2 ** 40 + 1]]);
    await add(makePack([recipe], recipeKind), sizes);
    expect(await where(recipe)).toMatchObject({ kind: recipeKind, length: 8, size: 2 ** 40 + 1 });
  });

  it('keep the rows of what is elsewhere already; a pack of nothing else is of no use', async () => {
    const first = makePack([blob(1), blob(2)]);
    await add(first);
    const before = await where(blob(2));
    expect(await add(makePack([blob(2), blob(3)]))).toBe(true);
    expect(await where(blob(2))).toEqual(before);
    expect((await where(blob(3))).packId).not.toBe(before.packId);
    expect(await add(makePack([blob(3), blob(1)]))).toBe(false);
    expect(await packNames()).toHaveLength(2);
    expect(await database.read(() => isInUse(before.packId, [digestOf(blob(3)), digestOf(blob(1))]))).toBe(
      true,
    );
    expect(await database.read(() => isInUse(before.packId, [digestOf(blob(3))]))).toBe(false);
  });

  it('have no records that are condemned, until another pack has them again', async () => {
    await add(makePack([blob(1), blob(2)]));
    const old = await where(blob(1));
    await condemn(blob(1));
    expect((await find([blob(1), blob(2)])).size).toBe(1);
    expect(await add(makePack([blob(0), blob(1)]))).toBe(true);
    const now = await where(blob(1));
    expect(now.packId).not.toBe(old.packId);
    expect(now.start).toBe(blob(0).length);
  });

  it('forget a damaged record, but not the one that took its place', async () => {
    await add(makePack([blob(1), blob(2)]));
    const { packId } = await where(blob(1));
    const damaged = [1, 2].map((i) => ({ digest: digestOf(blob(i)), packId }));
    await database.write(() => forgetRecords(damaged.slice(0, 1)));
    expect((await find([blob(1), blob(2)])).size).toBe(1);
    await add(makePack([blob(1)]));
    await database.write(() => forgetRecords(damaged));
    expect([...(await find([blob(1), blob(2)])).keys()]).toEqual([keyOf(digestOf(blob(1)))]);
  });

  it('rescue what is condemned, and tell what is gone', async () => {
    const blobs = Array.from({ length: 300 }, (_, i) => blob(i));
    await add(makePack(blobs));
    for (const i of [0, 7, 299]) await condemn(blob(i));
    // A blob may have a chunk twice.
    await database.write(() => rescue([...blobs, ...blobs.slice(0, 30)].map(digestOf)));
    expect((await find(blobs)).size).toBe(300);
    await condemn(blob(5));
    const work = database.write(() => rescue([...blobs, Buffer.from('gone')].map(digestOf)));
    expect((await expectCairnError(work, 'conflict')).isRetryable).toBe(true);
    expect((await find(blobs)).size).toBe(299); // all or nothing
  });

  it('are read and verified', async () => {
    await add(makePack([blob(1), Buffer.of(), blob(2)]));
    for (const bytes of [blob(2), Buffer.of(), blob(1)])
      expect(Buffer.from((await reader.fetch(digestOf(bytes))).bytes)).toEqual(bytes);
    await expectCairnError(reader.fetch(digestOf(blob(3))), 'not_found');
  });

  it('are followed to where a record was moved', async () => {
    const first = makePack([blob(1)]);
    await add(first);
    await reader.fetch(digestOf(blob(1)));
    const second = makePack([noise(100), blob(1)]);
    unlinkSync(fileOf(first));
    const old = await where(blob(1));
    // The first look finds the old row, as it does when garbage collection comes in between.
    let looks = 0;
    const late: Database = {
      ...database,
      async read(step, options) {
        const result = await database.read(step, options);
        if (++looks === 1) {
          await database.write(() => forgetRecords([{ digest: digestOf(blob(1)), packId: old.packId }]));
          await add(second);
        }
        return result;
      },
    };
    const { packs } = context;
    const follows = new PackReader({
      fs: nodeFileSystem,
      files,
      database: late,
      hasher,
      packs,
      readOnly: false,
    });
    expect(Buffer.from((await follows.fetch(digestOf(blob(1)))).bytes)).toEqual(blob(1));
  });

  it.each<[string, (path: string) => void]>([
    ['vanished', unlinkSync],
    ['was cut', (path) => writeFileSync(path, '')],
    ['was written over', (path) => writeFileSync(path, 'x'.repeat(1000))],
  ])('are suspect when the file of one %s', async (_, damage) => {
    const pack = makePack([blob(1), blob(2)]);
    await add(pack);
    const { packId } = await where(blob(1));
    expect(await reader.isSuspect(packId)).toBe(false);
    expect(await reader.hasSuspects()).toBe(false);
    chmodSync(fileOf(pack), 0o644);
    damage(fileOf(pack));
    await expectCairnError(reader.fetch(digestOf(blob(1))), 'integrity_mismatch');
    expect((await database.read(() => findPack(packId)))?.stamp).toBeUndefined();
    expect(await reader.isSuspect(packId)).toBe(true);
    expect(await reader.hasSuspects()).toBe(true);
  });

  it.each<[string, (path: string) => void]>([
    ['was touched', (path) => utimesSync(path, 1, 1)],
    [
      'was replaced by its copy',
      (path) => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      },
    ],
  ])('are suspect when the file of one %s, and can be read', async (_, touch) => {
    const pack = makePack([blob(1)]);
    await add(pack);
    const { packId } = await where(blob(1));
    touch(fileOf(pack));
    expect(await reader.isSuspect(packId)).toBe(true);
    expect(await reader.hasSuspects()).toBe(true);
    expect(Buffer.from((await reader.fetch(digestOf(blob(1)))).bytes)).toEqual(blob(1));
  });

  it('are suspect once that was noted, and when nobody knows them', async () => {
    await add(makePack([blob(1)]));
    const { packId } = await where(blob(1));
    await database.write(() => suspectPack(packId));
    expect(await reader.isSuspect(packId)).toBe(true);
    expect(await reader.isSuspect(packId + 1)).toBe(true);
    expect(readdirSync(context.temp)).toEqual([]);
  });
});
