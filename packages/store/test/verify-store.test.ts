import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newEncryptionKey, openStore } from '../src/index.js';
import { endLength, footerBytes, readTable } from '../src/packs/pack-format.js';
import { commit, randomBytes, storeFiles } from './maintained-store.js';
import { sample } from './scale.js';

// The program of docs/store-format.md, which knows nothing of Cairn's code.

const program = fileURLToPath(new URL('verify-store.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-verify-'));
  const store = await openStore(folder, { algorithm: 'sha256' });
  const files = { 'a.txt': 'contents', 'empty.txt': '', 'large.bin': randomBytes(1, 600_000) };
  await commit(store, await storeFiles(store, files));
  await store.close();
});

afterEach(() => rmSync(folder, { recursive: true }));

function verify() {
  const { status, stdout, stderr } = spawnSync('python3', [program, folder], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

const hasCryptography =
  hasPython &&
  spawnSync('python3', ['-c', 'import cryptography.hazmat.primitives.ciphers.aead']).status === 0;

test.skipIf(!hasCryptography)(
  'it reads an encrypted store, and finds each block that is not as it was',
  async () => {
    rmSync(folder, { recursive: true });
    const key = newEncryptionKey();
    const store = await openStore(folder, { algorithm: 'sha256', encryption: { key } });
    await commit(
      store,
      await storeFiles(store, { 'a.txt': 'contents', 'large.bin': randomBytes(1, 600_000) }),
    );
    await store.close();
    const env = { ...process.env, CAIRN_ENCRYPTION_KEY: key };
    const run = () => spawnSync('python3', [program, folder], { encoding: 'utf8', env });
    expect(run()).toMatchObject({ status: 0, stdout: 'all is well\n' });
    const [path] = packFiles().sort((a, b) => readFileSync(b).length - readFileSync(a).length);
    const bytes = readFileSync(path as string);
    chmodSync(path as string, 0o644);
    for (const at of [3, 20, 70_000, bytes.length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 1;
      writeFileSync(path as string, damaged);
      expect(run().status, `byte ${at}`).toBe(1);
    }
  },
);

function packFiles(): string[] {
  return readdirSync(join(folder, 'packs')).map((name) => join(folder, 'packs', name));
}

/** Places in records, in each field of the rows of the table, and in each field of the footer. */
function placesIn(bytes: Uint8Array): number[] {
  const end = bytes.subarray(-(endLength(bytes.subarray(-footerBytes)) as number));
  const records = [...readTable(end)];
  const table = bytes.length - end.length;
  const inRecords = records.filter(({ length }) => length > 0).map(({ start, length }) => start + length - 1);
  const inRows = records.flatMap((_, i) => [0, 32, 36, 37].map((field) => table + 40 * i + field));
  const inFooter = [0, 8, 12, 16, 47].map((field) => bytes.length - footerBytes + field);
  return sample([...inRecords, ...inRows, ...inFooter], 8);
}

test.skipIf(!hasPython)('a script in another language finds a store whole', () => {
  expect(verify()).toEqual({ status: 0, output: 'all is well\n' });
});

test.skipIf(!hasPython)(
  'it names every pack that is damaged or gone, and all that versions can have no more',
  () => {
    const packs = packFiles();
    expect(packs.length).toBeGreaterThan(1);
    for (const path of packs) {
      const bytes = readFileSync(path);
      chmodSync(path, 0o644);
      const expectFound = (label: string) => {
        const { status, output } = verify();
        expect(status, label).toBe(1);
        expect(output, label).toContain(basename(path));
      };
      for (const at of placesIn(bytes)) {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] as number) ^ 1;
        writeFileSync(path, damaged);
        expectFound(`byte ${at} of ${bytes.length}`);
      }
      for (const changed of [bytes.subarray(0, -1), Buffer.alloc(0), Buffer.concat([bytes, Buffer.of(0)])]) {
        writeFileSync(path, changed);
        expectFound(`${changed.length} bytes of ${bytes.length}`);
      }
      unlinkSync(path);
      expect(verify()).toMatchObject({ status: 1, output: expect.stringContaining('missing or damaged') });
      writeFileSync(path, bytes);
    }
    expect(verify().status).toBe(0);
  },
  120_000,
);

test.skipIf(!hasPython)('it says which files of which versions are lost', () => {
  const [first] = packFiles()
    .map((path) => ({ path, size: readFileSync(path).length }))
    .sort((a, b) => b.size - a.size);
  unlinkSync(first?.path as string);
  expect(verify().output).toContain("files:v0 can't have large.bin");
});
