import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expectCairnError } from '@cairn/conformance';
import { type ContentDigest, readAll } from '@cairn/core';
import { type FileSystem, nodeFileSystem } from '@cairn/file';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalStore } from './local-store.js';
import { openStore } from './open-store.js';

let base: string;
let folder: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'cairn-open-'));
  folder = join(base, 'store');
});
afterEach(() => rm(base, { recursive: true }));

async function makeStore(): Promise<void> {
  await (await openStore(folder)).close();
}

async function put({ blobs }: LocalStore, text: string): Promise<ContentDigest> {
  const digests: ContentDigest[] = [];
  const sources = [{ kind: 'bytes', bytes: new TextEncoder().encode(text) } as const];
  for await (const { digest } of blobs.put(sources)) digests.push(digest);
  return digests[0] ?? expect.fail();
}

describe('a new store', () => {
  it('is made with all folders above it, and says what it is', async () => {
    folder = join(base, 'a', 'b', 'store');
    const store = await openStore(folder);
    expect(store.location).toBe(folder);
    expect(store.blobs.algorithm).toBe('blake3');
    const chunker = { name: 'gear-v1', min: 16_384, average: 32_768, max: 262_144 };
    const format = { format: 'cairn-store', version: 2, algorithm: 'blake3', chunker };
    expect(await readFile(join(folder, 'FORMAT'), 'utf8')).toBe(`${JSON.stringify(format)}\n`);
    await store.close();
    const names = (await readdir(folder)).filter((name) => !name.startsWith('cairn.db-'));
    expect(names.sort()).toEqual(['FORMAT', 'cairn.db', 'packs', 'tmp']);
  });

  it('has the algorithm that was asked for', async () => {
    const store = await openStore(folder, { algorithm: 'sha256' });
    expect((await put(store, 'hi')).slice(0, 10)).toBe('sha256:8f4');
    await store.close();
  });

  it('is made in an empty folder, and where the making was cut short', async () => {
    await mkdir(join(folder, 'tmp'), { recursive: true });
    await makeStore();
    await unlink(join(folder, 'FORMAT'));
    await makeStore();
  });

  it('is not made among other things', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'thesis.docx'), 'years of work');
    const error = await expectCairnError(openStore(folder), 'path_conflict');
    expect(error.message).toContain('thesis.docx');
    expect(await readdir(folder)).toEqual(['thesis.docx']);
  });

  it('is not made where a file is', async () => {
    await writeFile(folder, 'a file');
    await expectCairnError(openStore(folder), 'path_conflict');
    await expectCairnError(openStore(join(folder, 'below')), 'path_conflict');
  });

  it('is not made where there is no room', async () => {
    const full: FileSystem = {
      ...nodeFileSystem,
      // As some versions of Node 20 do it.
      async mkdir(path: unknown, options?: unknown): Promise<never> {
        throw Object.assign(new Error(`mkdir ${path}`), {
          code: options === undefined ? 'ENOSPC' : 'ENOENT',
        });
      },
    };
    await expectCairnError(openStore(folder, { fs: full }), 'storage_full');
  });

  it('is not made unless that is wanted', async () => {
    await expectCairnError(openStore(folder, { create: false }), 'not_found');
    await expectCairnError(openStore(folder, { readOnly: true }), 'not_found');
    expect(await readdir(base)).toEqual([]);
  });
});

/** Where a table of the catalog begins. */
async function firstPageOf(table: string): Promise<number> {
  const { DatabaseSync } = await import('@photostructure/sqlite');
  const database = new DatabaseSync(join(folder, 'cairn.db'));
  const row = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table);
  database.close();
  return Number(row?.rootpage);
}

describe('a store that exists', () => {
  const chunker = '"chunker":{"name":"gear-v1","min":16384,"average":32768,"max":262144}';

  it('keeps its algorithm', async () => {
    await (await openStore(folder, { algorithm: 'sha256' })).close();
    const store = await openStore(folder);
    expect(store.blobs.algorithm).toBe('sha256');
    await store.close();
    await expectCairnError(openStore(folder, { algorithm: 'blake3' }), 'conflict');
  });

  it('is reached through a link', async () => {
    await makeStore();
    await symlink(folder, join(base, 'link'));
    await (await openStore(join(base, 'link'), { create: false })).close();
  });

  it.each([
    'not JSON',
    '{}',
    'null',
    `{"format":"something-else","version":2,"algorithm":"blake3",${chunker}}`,
    `{"format":"cairn-store","version":1,"algorithm":"blake3",${chunker}}`,
    `{"format":"cairn-store","version":3,"algorithm":"blake3",${chunker}}`,
    `{"format":"cairn-store","version":2,"algorithm":"md5",${chunker}}`,
    '{"format":"cairn-store","version":2,"algorithm":"blake3"}',
  ])('is refused when its FORMAT is %s', async (text) => {
    await makeStore();
    await writeFile(join(folder, 'FORMAT'), text);
    await expectCairnError(openStore(folder), 'unsupported_format');
  });

  it('is refused when a later version of Cairn changed its catalog', async () => {
    await makeStore();
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const database = new DatabaseSync(join(folder, 'cairn.db'));
    database.exec('INSERT INTO cairn_schema (version, applied_at) VALUES (1000, 0)');
    database.close();
    await expectCairnError(openStore(folder), 'unsupported_format');
    await expectCairnError(openStore(folder, { readOnly: true }), 'unsupported_format');
  });

  it('is refused when it has lost its catalog, and makes no empty one', async () => {
    await makeStore();
    await unlink(join(folder, 'cairn.db'));
    await expectCairnError(openStore(folder), 'integrity_mismatch');
    expect(await readdir(folder)).not.toContain('cairn.db');
  });

  it('is refused when its catalog is something else', async () => {
    await makeStore();
    await writeFile(join(folder, 'cairn.db'), 'not a database at all'.repeat(1000));
    await expectCairnError(openStore(folder), 'unsupported_format');
  });

  it('says that its catalog is damaged', async () => {
    const store = await openStore(folder);
    const run = { entity: 'e', project: 'p', id: 'r', config: { text: 'x'.repeat(100_000) } };
    await store.catalog.startRun(run);
    await store.close();
    const bytes = await readFile(join(folder, 'cairn.db'));
    const page = await firstPageOf('runs');
    await writeFile(join(folder, 'cairn.db'), bytes.fill(0xff, 4096 * (page - 1), 4096 * page));
    const damaged = await openStore(folder);
    await expectCairnError(damaged.catalog.getRun('r'), 'integrity_mismatch');
    await expectCairnError(damaged.catalog.listRuns({}), 'integrity_mismatch');
    await damaged.close();
  });

  it('loses the temporary files that are left over, and no young ones', async () => {
    await makeStore();
    for (const name of ['old', 'young']) await writeFile(join(folder, 'tmp', name), name);
    const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
    await utimes(join(folder, 'tmp', 'old'), twoDaysAgo, twoDaysAgo);
    await makeStore();
    expect(await readdir(join(folder, 'tmp'))).toEqual(['young']);
  });
});

describe('a store that is only read', () => {
  it('gives what it has and takes nothing', async () => {
    const writer = await openStore(folder);
    const digest = await put(writer, 'hi');
    const reader = await openStore(folder, { readOnly: true });
    expect(String(await readAll(reader.blobs.open(digest)))).toBe('hi');
    await expectCairnError(reader.blobs.put([]), 'storage_readonly');
    await expectCairnError(
      reader.catalog.startRun({ entity: 'e', project: 'p', id: 'r', config: {} }),
      'storage_readonly',
    );
    await writer.catalog.startRun({ entity: 'e', project: 'p', id: 'r', config: {} });
    expect((await reader.catalog.getRun('r'))?.state).toBe('running');
    await reader.close();
    await writer.close();
  });
});

describe('closing', () => {
  it('can be done twice, and then the catalog refuses', async () => {
    const store = await openStore(folder);
    await store.close();
    await store.close();
    const error = await expectCairnError(store.catalog.getRun('r'), 'unavailable');
    expect(error.isRetryable).toBe(false);
  });

  it('leaves all in the database file, which can be copied alone', async () => {
    const store = await openStore(folder);
    await store.catalog.startRun({ entity: 'e', project: 'p', id: 'r', config: {} });
    await store.close();
    for (const name of await readdir(folder))
      if (name.startsWith('cairn.db-')) await unlink(join(folder, name));
    const again = await openStore(folder);
    expect((await again.catalog.getRun('r'))?.id).toBe('r');
    await again.close();
  });

  it('waits for what is under way', async () => {
    const store = await openStore(folder);
    const started = store.catalog.startRun({ entity: 'e', project: 'p', id: 'r', config: {} });
    await store.close();
    expect((await started).id).toBe('r');
  });

  it('is not needed for a process to end, nor to keep what it did', async () => {
    const script = `
      const { openStore } = await import('@cairn/store');
      const store = await openStore(${JSON.stringify(folder)});
      await store.catalog.startRun({ entity: 'e', project: 'p', id: 'r', config: {} });
      console.log('done');`;
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', script],
      {
        timeout: 20_000,
      },
    );
    expect([stdout, stderr]).toEqual(['done\n', '']);
    const store = await openStore(folder);
    expect((await store.catalog.getRun('r'))?.id).toBe('r');
    await store.close();
  });
});
