import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Entry, writeManifest } from '@cairn/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../src/index.js';

// The program of docs/store-format.md, which knows nothing of Cairn's code.

const program = fileURLToPath(new URL('verify-store.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-verify-'));
  const store = await openStore(folder, { algorithm: 'sha256' });
  const entries: Entry[] = [];
  for (const path of ['a.txt', 'empty.txt']) {
    const bytes = new TextEncoder().encode(path === 'a.txt' ? 'contents' : '');
    for await (const { digest, size } of store.blobs.put([{ kind: 'bytes', bytes }])) {
      entries.push({ kind: 'file', path, digest, size });
    }
  }
  const manifest = await writeManifest(entries, store.blobs, { name: 'cairn.default', config: {} });
  await store.catalog.commitVersion({
    entity: 'local',
    project: 'default',
    name: 'files',
    type: 'dataset',
    digest: manifest.digest,
    manifest: manifest.blob,
    entryCount: manifest.entryCount,
    size: manifest.size,
    metadata: {},
    aliases: [],
    tags: [],
  });
  await store.close();
});

afterEach(() => rmSync(folder, { recursive: true }));

function verify() {
  const { status, stdout, stderr } = spawnSync('python3', [program, folder], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

function blobFiles(): string[] {
  const root = join(folder, 'blobs', 'sha256');
  return readdirSync(root).flatMap((name) =>
    readdirSync(join(root, name)).map((rest) => join(root, name, rest)),
  );
}

test.skipIf(!hasPython)('a script in another language finds a store whole', () => {
  expect(verify()).toEqual({ status: 0, output: 'all is well\n' });
});

test.skipIf(!hasPython)('it names every blob that is damaged, and finds every one that is missing', () => {
  for (const file of blobFiles()) {
    const bytes = readFileSync(file);
    appendFileSync(file, 'x');
    expect(verify()).toMatchObject({ status: 1, output: expect.stringContaining(`${file} is damaged`) });
    unlinkSync(file);
    expect(verify()).toMatchObject({ status: 1, output: expect.stringContaining('is missing') });
    writeFileSync(file, bytes);
  }
  expect(verify().status).toBe(0);
});
