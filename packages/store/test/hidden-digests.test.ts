import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ContentDigest, openManifest, type ProjectRef, type Source } from '@cairn/core';
import { nodeFileSystem } from '@cairn/file';
import { expect, it } from 'vitest';
import { packFiles } from '../src/encryption/encrypted-files.js';
import { openKeys } from '../src/encryption/encryption.js';
import { keysInBucket } from '../src/encryption/keys-places.js';
import { type LocalStore, newEncryptionKey, openStore } from '../src/index.js';
import { readEndOf } from '../src/maintenance/pack-end.js';
import { endLength, footerBytes, rawDigest, readTable } from '../src/packs/pack-format.js';
import { openTeamStore, type TeamStore } from '../src/postgres.js';
import { loadSqlite } from '../src/sql/sqlite/driver.js';
import { packObjects } from '../src/team/pack-objects.js';
import { watchedBucket } from './buckets.js';
import { anyPostgresPool, startLimitMs } from './catalogs.js';
import { dataKeyOf } from './damage-encrypted.js';
import { hasher } from './ingest-context.js';
import { collection, commit } from './maintained-store.js';
import { large, ours, small, storeAs, theirs } from './project-puts.js';
import { scratchFolder } from './scratch.js';

const encryption = { key: newEncryptionKey() };

type Row = Readonly<Record<string, unknown>>;
type Tables = ReadonlyMap<string, readonly Row[]>;

/** Every table, and where a row of it says whose it is. What is of all projects has no such place. */
const owners: Readonly<Record<string, ((row: Row, tables: Tables) => string) | undefined>> = {
  access_keys: undefined,
  aliases: ofCollection,
  audit: undefined,
  bootstrap_tokens: undefined,
  cairn_schema: undefined,
  checked_manifests: ofProject,
  collections: (row) => String(row.project),
  edges: undefined,
  engine_state: undefined,
  links: ofProject,
  members: undefined,
  // Blobs are stored once, whoever has them.
  objects: undefined,
  packs: undefined,
  projects: (row) => String(row.project),
  runs: (row) => String(row.project),
  seen_files: undefined,
  tags: undefined,
  users: undefined,
  versions: ofCollection,
};

function ofProject(row: Row, tables: Tables): string {
  return String(tables.get('projects')?.find(({ id }) => Number(id) === Number(row.project_id))?.project);
}

function ofCollection(row: Row, tables: Tables): string {
  const known = tables.get('collections') ?? [];
  return String(known.find(({ id }) => Number(id) === Number(row.collection_id))?.project);
}

/** Has two projects hold equal contents, as clients of a server do. Returns all digests that name some of it. */
async function fill(store: LocalStore | TeamStore): Promise<ContentDigest[]> {
  const digests: ContentDigest[] = [];
  for (const project of [ours, theirs]) {
    digests.push(...(await logIn(store, project, { 'large.bin': large, 'small.txt': small })));
    digests.push(...(await logIn(store, project, { 'small.txt': small })));
    const versions = await versionsOf(store, project);
    await store.catalog.deleteVersion(versions[0] as string, { deleteAliases: true });
  }
  return digests;
}

async function logIn(
  store: LocalStore | TeamStore,
  project: ProjectRef,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<ContentDigest[]> {
  const blobs = store.access.blobsOf(project);
  const written = await storeAs(blobs, files);
  const basis = await blobs.checkManifest(written.blob);
  const target = {
    blobs: store.blobs,
    catalog: {
      ...store.catalog,
      commitVersion: (request: Parameters<LocalStore['catalog']['commitVersion']>[0]) =>
        store.catalog.commitVersion({ ...request, ...project }),
    },
  };
  await commit(target, written, basis);
  const { leaves } = await openManifest(store.blobs, written.blob);
  return [written.digest, written.blob, ...leaves.map(({ digest }) => digest)];
}

async function versionsOf({ catalog }: LocalStore | TeamStore, project: ProjectRef): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of catalog.listVersions({ ...project, name: collection.name })) ids.push(id);
  return ids;
}

/** What the store says of itself through its methods, which the two projects must not make less. */
async function expectInOrder(store: LocalStore | TeamStore): Promise<void> {
  expect((await store.verify()).problems).toEqual([]);
  for (const project of [ours, theirs]) {
    const [id] = await versionsOf(store, project);
    const blobs = store.access.blobsOf(project);
    const sizes = await store.sizesOf([small, large].map((bytes) => rawDigest(hasher.hash(bytes))));
    expect(sizes).toEqual([small.length, large.length]);
    expect(await blobs.has([hasher.hash(small)])).toEqual(new Set([hasher.hash(small)]));
    expect(id).toBeDefined();
  }
}

/** A value as bytes; a digest as text also as what it stands for. */
function bytesOf(value: unknown): Buffer[] {
  if (value instanceof Uint8Array) return [Buffer.from(value)];
  const text = String(value);
  const hex = /[0-9a-f]{32,}/.exec(text)?.[0];
  return [Buffer.from(text), ...(hex === undefined ? [] : [Buffer.from(hex, 'hex')])];
}

function expectHidden(tables: Tables, digests: readonly Uint8Array[]): void {
  expect([...tables.keys()].sort()).toEqual(Object.keys(owners));
  for (const name of ['objects', 'links', 'checked_manifests', 'versions', 'packs'])
    expect(tables.get(name)?.length, name).toBeGreaterThan(0);
  const all = Buffer.concat(
    [...tables.values()].flat().flatMap((row) => Object.values(row).flatMap(bytesOf)),
  );
  expectNone(all, digests);

  const seen = new Map<string, string>();
  for (const [name, rows] of tables) {
    for (const row of rows) {
      const owner = owners[name]?.(row, tables);
      if (owner === undefined) continue;
      for (const [column, value] of Object.entries(row)) {
        for (const bytes of bytesOf(value)) {
          for (let at = 0; at + 16 <= bytes.length; at++) {
            const part = bytes.toString('latin1', at, at + 16);
            const other = seen.get(part) ?? owner;
            expect(other, `${name}.${column} has what ${other} has too`).toBe(owner);
            seen.set(part, owner);
          }
        }
      }
    }
  }
  expect(new Set(seen.values())).toEqual(new Set([ours.project, theirs.project]));
}

/** No digest is anywhere in some bytes, nor half of one, in any way of writing it. */
function expectNone(bytes: Buffer, digests: readonly Uint8Array[]): void {
  expect(digests.length).toBeGreaterThan(20);
  for (const digest of digests.map((each) => Buffer.from(each))) {
    const written = [
      digest.subarray(0, 16),
      digest.subarray(16),
      ...(['hex', 'base64', 'base64url'] as const).map((form) => digest.toString(form).slice(0, 32)),
      digest.toString('hex').toUpperCase().slice(0, 32),
    ];
    for (const each of written) expect(bytes.includes(each)).toBe(false);
  }
}

it('SQLite shows no digest of an encrypted store, and nothing that two projects have in common', async () => {
  const folder = join(scratchFolder(), 'store');
  const source = join(scratchFolder(), 'a folder with a telling name');
  const store = await openStore(folder, { encryption });
  const digests = await fill(store);
  await rememberFile(store, source);
  await expectInOrder(store);
  await store.close();

  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(join(folder, 'cairn.db'), { readOnly: true });
  const select = (text: string) => database.prepare(text).all() as Row[];
  const names = select("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  const tables = new Map(names.map(({ name }) => [String(name), select(`SELECT * FROM ${name}`)]));
  database.close();
  const files = packFiles(nodeFileSystem.sync, await dataKeyOf(folder, encryption));
  const inPacks = readdirSync(join(folder, 'packs')).flatMap((name) => {
    const end = readEndOf({ files, hasher }, join(folder, 'packs', name));
    return end.state === 'intact' ? end.records.map(({ digest }) => digest) : [];
  });
  const known = [...inPacks, ...digests.map(rawDigest)];
  expectHidden(tables, known);
  expect(tables.get('seen_files')).toHaveLength(1);
  // What was deleted in it, and its log, are in the files only.
  for (const name of readdirSync(folder).filter((each) => each.startsWith('cairn.db'))) {
    const bytes = readFileSync(join(folder, name));
    expectNone(bytes, known);
    for (const text of ['telling name', 'a-telling-file']) expect(bytes.includes(text)).toBe(false);
  }
});

/** Puts a file until it is remembered, which it is once it is old enough. */
async function rememberFile(store: LocalStore, folder: string): Promise<void> {
  mkdirSync(folder);
  const path = join(folder, 'a-telling-file');
  writeFileSync(path, small);
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(join(store.location, 'cairn.db'), { readOnly: true });
  const source: Source = { kind: 'path', path };
  do {
    for await (const _ of store.blobs.put([source]));
  } while (database.prepare('SELECT 1 FROM seen_files').all().length === 0);
  database.close();
}

it('PostgreSQL shows no digest of an encrypted store, and nothing that two projects have in common', {
  timeout: startLimitMs,
}, async () => {
  const { pool, dispose } = await anyPostgresPool();
  const { objects } = watchedBucket();
  const store = await openTeamStore({ pool, objects, encryption });
  const digests = await fill(store);
  const emptied = await pool.connect();
  for (const table of ['objects', 'packs', 'links']) await emptied.query(`DELETE FROM ${table}`);
  emptied.release();
  expect((await store.verify({ repair: true })).ok).toBe(true);
  digests.push(...(await logIn(store, ours, { 'later.txt': small })));
  await expectInOrder(store);
  await store.close();

  const client = await pool.connect();
  const select = async (text: string) => (await client.query(text)).rows as Row[];
  const tables = new Map<string, Row[]>();
  for (const { tablename } of await select(
    'SELECT tablename FROM pg_tables WHERE schemaname = current_schema()',
  )) {
    tables.set(String(tablename), await select(`SELECT * FROM ${tablename}`));
  }
  client.release();
  const packs = packObjects(objects, (await openKeys(keysInBucket(objects), encryption)).dataKey);
  const inPacks: Uint8Array[] = [];
  for await (const { key, size } of objects.list('packs/')) {
    const whole = { start: 0, end: packs.packSize(size) };
    const plain = (await packs.read({ name: key.slice('packs/'.length), size }, whole, {})) as Uint8Array;
    const end = plain.subarray(-(endLength(plain.subarray(-footerBytes)) as number));
    inPacks.push(...[...readTable(end)].map(({ digest }) => digest));
  }
  expectHidden(tables, [...inPacks, ...digests.map(rawDigest)]);
  await dispose();
});
