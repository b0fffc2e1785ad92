import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectCairnError } from '@cairn/conformance';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LocalStore, openStore } from '../src/index.js';
import { endLength, footerBytes, readTable } from '../src/packs/pack-format.js';
import { loadSqlite } from '../src/sql/sqlite/driver.js';
import { log, put, randomBytes, readVersions } from './maintained-store.js';
import { isFull } from './scale.js';

interface Row {
  readonly name: string;
  readonly mtime_ms: number | null;
  readonly ctime_ms: number;
  readonly ino: number;
}

let folder: string;
let store: LocalStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-verify-'));
  store = await openStore(folder);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

function packs(): string[] {
  return readdirSync(join(folder, 'packs')).map((name) => join(folder, 'packs', name));
}

function largest(): string {
  return packs().sort((a, b) => statSync(b).size - statSync(a).size)[0] as string;
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

/** Changes the index behind the store's back. */
async function sql(text: string): Promise<void> {
  const { DatabaseSync } = await loadSqlite();
  const handle = new DatabaseSync(join(folder, 'cairn.db'));
  handle.exec(text);
  handle.close();
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.pack'.length);
}

it('finds nothing wrong with a store that is whole', async () => {
  await log(store, { a: 'one', b: randomBytes(1, 900_000), empty: '' });
  await log(store, { a: 'two' });
  const { ok, problems, repaired, counts } = await store.verify();
  expect({ ok, problems, repaired }).toEqual({ ok: true, problems: [], repaired: [] });
  expect(counts).toMatchObject({ versions: 2, entries: 4 });
  expect(counts.bytes).toBeGreaterThan(900_000);
});

it('trusts the packs of a store again that was copied, but none that is damaged', async () => {
  await log(store, { a: randomBytes(1, 10_000) });
  const stamps = async () => {
    const { DatabaseSync } = await loadSqlite();
    const handle = new DatabaseSync(join(folder, 'cairn.db'));
    const rows = handle.prepare('SELECT name, mtime_ms, ctime_ms, ino FROM packs').all() as Row[];
    handle.close();
    return rows.map(({ name, mtime_ms, ctime_ms, ino }) => {
      const now = statSync(join(folder, 'packs', `${name}.pack`));
      return mtime_ms === now.mtimeMs && ctime_ms === now.ctimeMs && ino === now.ino;
    });
  };
  for (const path of packs()) copyFileSync(path, `${path}.copy`);
  for (const path of packs().filter((name) => name.endsWith('.copy'))) renameSync(path, path.slice(0, -5));
  expect(await stamps()).not.toContain(true);
  await store.verify();
  expect(await stamps()).not.toContain(false);
  flip(largest(), 5);
  await store.verify();
  expect((await stamps()).filter((isTrusted) => !isTrusted)).toHaveLength(1);
});

it('says that something else is in the place of a pack', async () => {
  await log(store, { a: randomBytes(1, 10_000) });
  const pack = largest();
  renameSync(pack, join(folder, 'elsewhere'));
  for (const put of [() => symlinkSync(join(folder, 'elsewhere'), pack), () => mkdirSync(pack)]) {
    put();
    const { problems } = await store.verify();
    expect(problems).toContainEqual(expect.objectContaining({ kind: 'missing_pack', pack: nameOf(pack) }));
    rmSync(pack, { recursive: true });
  }
});

it('finds each changed byte of a small store, and names the record or the pack', async () => {
  const files = { a: randomBytes(1, 10_000), b: randomBytes(2, 20_000), c: randomBytes(3, 32_000), d: 'd' };
  await log(store, files);
  await put(store, [randomBytes(4, 1000)]);
  let positions = 0;
  for (const path of packs()) {
    const bytes = readFileSync(path);
    chmodSync(path, 0o644);
    const records = [...readTable(bytes.subarray(-(endLength(bytes.subarray(-footerBytes)) as number)))];
    const step = isFull ? 1 : 331;
    for (let at = 0; at < bytes.length; at += step) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      writeFileSync(path, damaged);
      const record = records.find(({ start, length }) => start <= at && at < start + length);
      const { problems } = await store.verify();
      expect(problems, `byte ${at}`).toHaveLength(1);
      expect(problems[0], `byte ${at}`).toMatchObject(
        record === undefined
          ? { kind: 'damaged_pack', pack: nameOf(path) }
          : {
              kind: 'damaged_record',
              pack: nameOf(path),
              digest: `blake3:${Buffer.from(record.digest).toString('hex')}`,
            },
      );
      positions++;
    }
    writeFileSync(path, bytes);
  }
  expect((await store.verify()).ok).toBe(true);
  expect(positions).toBeGreaterThan(isFull ? 63_000 : 150);
}, 1_800_000);

it('says which entries of which versions suffer', async () => {
  const bad = randomBytes(1, 900_000);
  await log(store, { 'data/bad.bin': bad, good: 'good' });
  await log(store, { renamed: bad });
  flip(largest(), 1000);
  const { ok, problems } = await store.verify();
  expect(ok).toBe(false);
  expect(problems).toMatchObject([
    {
      kind: 'damaged_record',
      versionCount: 2,
      versions: [
        { version: 'local/default/files:v0', paths: ['data/bad.bin'], pathCount: 1 },
        { version: 'local/default/files:v1', paths: ['renamed'], pathCount: 1 },
      ],
    },
  ]);
});

it('says when a manifest is damaged, and finds no fault with the other versions', async () => {
  await log(store, { a: 'one' });
  const before = new Set(packs());
  await log(store, { b: 'two' });
  // The contents, the leaf and the index of the second version have a pack each, or share one.
  for (const path of packs().filter((each) => !before.has(each))) unlinkSync(path);
  const { problems } = await store.verify();
  expect(problems.length).toBeGreaterThan(0);
  const affected = problems.flatMap(({ versions }) => versions.map(({ version }) => version));
  expect(new Set(affected)).toEqual(new Set(['local/default/files:v1']));
});

it('finds a pack that is cut, longer or gone', async () => {
  await log(store, { a: randomBytes(1, 50_000) });
  const path = largest();
  const bytes = readFileSync(path);
  chmodSync(path, 0o644);
  for (const length of [0, 1, 1000, bytes.length - 1]) {
    truncateSync(path, length);
    expect((await store.verify()).problems[0]).toMatchObject({ pack: nameOf(path) });
    writeFileSync(path, bytes);
  }
  writeFileSync(path, Buffer.concat([bytes, Buffer.of(0)]));
  expect((await store.verify()).problems[0]).toMatchObject({ kind: 'damaged_pack', pack: nameOf(path) });
  unlinkSync(path);
  expect((await store.verify()).problems[0]).toMatchObject({
    kind: 'missing_pack',
    pack: nameOf(path),
    versionCount: 1,
  });
});

const lost: Readonly<Record<string, string>> = {
  'all rows are gone': 'DELETE FROM objects; DELETE FROM packs',
  'the rows of all packs are gone': 'DELETE FROM packs',
  'the rows of all objects are gone': 'DELETE FROM objects',
  'some rows are gone': "DELETE FROM objects WHERE hex(digest) < '8'",
  'rows lead to other places': 'UPDATE objects SET start = start + 1',
  'rows have other lengths': 'UPDATE objects SET length = length + 1',
  'rows lead to another pack': 'UPDATE objects SET pack_id = (SELECT min(id) FROM packs)',
  'rows have other sizes': 'UPDATE objects SET size = size + 1 WHERE kind = 1',
  'rows have the other kind': 'UPDATE objects SET kind = 1 - kind',
};

for (const [what, text] of Object.entries(lost)) {
  it(`makes the index again when ${what}`, async () => {
    await log(store, { a: 'one', b: randomBytes(1, 900_000) });
    await log(store, { a: 'two', c: randomBytes(2, 400_000) });
    await sql(text);
    expect((await store.verify()).ok).toBe(false);
    // To an index that lacks something, what is needed looks like garbage.
    const collecting = store.gc({ graceMs: -60_000, maxDead: 0 });
    await collecting.catch((error: unknown) => expectCairnError(Promise.reject(error), 'integrity_mismatch'));
    const { problems, repaired, ok } = await store.verify({ repair: true });
    expect(problems).toEqual([]);
    expect(ok).toBe(true);
    expect(repaired.length).toBeGreaterThan(0);
    expect(await readVersions(store)).toBe(2);
    await store.gc({ graceMs: -60_000, maxDead: 0 });
    expect(await readVersions(store)).toBe(2);
  });
}

it('takes an intact copy from another pack', async () => {
  await log(store, { a: randomBytes(1, 5000) });
  const path = largest();
  copyFileSync(path, join(folder, 'packs', `${'0'.repeat(32)}.pack`));
  flip(path, 100);
  const { ok, repaired } = await store.verify({ repair: true });
  expect(repaired).toMatchObject([{ kind: 'damaged_record', versionCount: 1 }]);
  expect(ok).toBe(true);
  expect(await readVersions(store)).toBe(1);
});

it('forgets a pack that is gone and whose records are elsewhere', async () => {
  await log(store, { a: randomBytes(1, 5000) });
  const path = largest();
  renameSync(path, join(folder, 'packs', `${'0'.repeat(32)}.pack`));
  expect(await store.verify({ repair: true })).toMatchObject({
    ok: true,
    repaired: [{ kind: 'missing_pack' }],
  });
  expect(await readVersions(store)).toBe(1);
});

it('writes a pack anew whose table is damaged', async () => {
  await log(store, { a: randomBytes(1, 5000) });
  const path = largest();
  flip(path, statSync(path).size - 50);
  const { ok, repaired } = await store.verify({ repair: true });
  expect(repaired).toMatchObject([{ kind: 'damaged_pack', pack: nameOf(path) }]);
  expect(ok).toBe(true);
  expect(await readVersions(store)).toBe(1);
});

it('removes nothing that it cannot replace, and lets it be logged again', async () => {
  const bytes = randomBytes(1, 5000);
  await log(store, { a: bytes });
  const path = largest();
  flip(path, 100);
  const { ok, problems } = await store.verify({ repair: true });
  expect(ok).toBe(false);
  expect(problems).toMatchObject([{ kind: 'damaged_record', versionCount: 1 }]);
  await put(store, [bytes]);
  expect(await readVersions(store)).toBe(1);
  // The bytes that nothing leads to any more are still there.
  expect((await store.verify()).problems).toMatchObject([{ kind: 'damaged_record', versionCount: 0 }]);
  expect((await store.verify({ repair: true })).ok).toBe(true);
});

it('takes damaged bytes from the files that they were logged from, if those are the same still', async () => {
  const files = { small: randomBytes(1, 5000), large: randomBytes(2, 900_000) };
  const source = mkdtempSync(join(tmpdir(), 'cairn-verify-source-'));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(source, name), bytes);
    await sleep(100); // what was just written is not remembered
    const paths = Object.keys(files).map((name) => ({ kind: 'path' as const, path: join(source, name) }));
    for await (const _ of store.blobs.put(paths));
    await log(store, files);
    const pack = largest();
    for (const at of [100, 400_000]) flip(pack, at);
    expect((await store.verify()).problemCount).toBe(2);
    expect(await store.verify({ repair: true })).toMatchObject({ ok: true, repaired: { length: 2 } });
    expect(await readVersions(store)).toBe(1);
    flip(largest(), 100);
    for (const name of Object.keys(files)) writeFileSync(join(source, name), 'something else');
    expect((await store.verify({ repair: true })).ok).toBe(false);
  } finally {
    rmSync(source, { recursive: true });
  }
});
