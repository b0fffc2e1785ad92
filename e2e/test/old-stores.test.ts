import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Api, Artifact, type Version, withRun } from '@cairn/sdk';
import { openStore } from '@cairn/store';
import { collect } from '@cairn/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/* Stores that earlier versions wrote are as good as new ones. */

const stores = fileURLToPath(new URL('../stores/', import.meta.url));
const project = 'weather';

interface Expected {
  readonly digest: string;
  /** The SHA-256 of each. */
  readonly files: Readonly<Record<string, string>>;
}
const expected: Readonly<Record<string, Expected>> = JSON.parse(
  readFileSync(join(stores, 'expected.json'), 'utf8'),
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-old-stores-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test.each(['schema-2', 'schema-4', 'encrypted-schema-4'])('%s', async (name) => {
  const path = join(folder, 'store');
  mkdirSync(path);
  execFileSync('tar', ['xzf', join(stores, `${name}.tar.gz`), '-C', path]);
  const key = name.startsWith('encrypted') ? '0'.repeat(64) : undefined;
  if (key !== undefined) vi.stubEnv('CAIRN_ENCRYPTION_KEY', key);
  const open = () => openStore(path, key === undefined ? {} : { encryption: { key } });
  const api = new Api({ store: path, project });

  const readAll = async (round: string) => {
    for (const [version, { digest, files }] of Object.entries(expected)) {
      const found = await api.artifact(version);
      expect(found.digest).toBe(digest);
      const root = await found.download({ root: join(folder, round, version.replace(':', '-')) });
      for (const [file, sum] of Object.entries(files))
        expect([file, sumOf(join(root, file))]).toEqual([file, sum]);
    }
    const store = await open();
    expect((await store.verify()).problems).toEqual([]);
    await store.close();
  };
  await readAll('before');

  const checked = await api.artifact('readings:checked');
  expect(checked.version).toBe('v1');
  expect(checked.aliases).toContain('raw');
  expect(checked.metadata).toEqual({ note: 'second', rows: 25_000 });
  const producer = await (await api.artifact('model:best')).loggedBy();
  const used: Version[] = await collect(producer?.usedArtifacts() ?? []);
  expect(used.map((version) => `${version.name}:${version.version}`)).toEqual(['readings:v1']);
  expect((await checked.loggedBy())?.config).toEqual({ year: 2012 });

  await withRun({ store: path, project }, async (run) => {
    const data = join(folder, 'before/readings-v0');
    const log = async () => {
      const readings = new Artifact('readings', { type: 'dataset' });
      await readings.addDir(data);
      return run.logArtifact(readings);
    };
    const same = await log();
    expect([same.version, same.created]).toEqual(['v0', false]);
    writeFileSync(join(data, 'more.txt'), 'more');
    const more = await log();
    expect([more.version, more.files]).toMatchObject(['v3', { new: 1 }]);
  });

  const store = await open();
  await store.gc({ graceMs: 0 });
  await store.close();
  await readAll('after');
});

function sumOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
