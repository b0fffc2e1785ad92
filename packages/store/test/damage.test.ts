import {
  chmod,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError, type ContentDigest, readAll, type Store } from '@cairn/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../src/index.js';

const bytes: Uint8Array = new TextEncoder().encode(
  'A model of sixty-four bytes, of which each is changed in turn.\n\n',
);

let base: string;
let store: Store;
let digest: ContentDigest;
let file: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'cairn-damage-'));
  store = await openStore(join(base, 'store'));
  digest = await put();
  const hex = digest.slice('blake3:'.length);
  file = join(base, 'store', 'blobs', 'blake3', hex.slice(0, 2), hex.slice(2));
});
afterEach(async () => {
  await store.close();
  await rm(base, { recursive: true });
});

async function put(): Promise<ContentDigest> {
  for await (const result of store.blobs.put([{ kind: 'bytes', bytes }])) return result.digest;
  return expect.fail();
}

async function copyTo(path: string): Promise<void> {
  for await (const _ of store.blobs.copyTo([{ digest, path }]));
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) => (CairnError.is(error) ? error.code : String(error)),
  );
}

/** Checks that the damage is found wherever the blob is read, and mended when it is put. */
async function findAndMend(code: string): Promise<void> {
  const path = join(base, 'copy');
  await writeFile(path, 'before');
  expect(await codeOf(readAll(store.blobs.open(digest)))).toBe(code);
  expect(await codeOf(readAll(store.blobs.open(digest, { range: { start: 60, end: 62 } })))).toBe(code);
  expect(await codeOf(copyTo(path))).toBe(code);
  expect(await readFile(path, 'utf8')).toBe('before');
  expect(await put()).toBe(digest);
  expect(await readAll(store.blobs.open(digest))).toEqual(Buffer.from(bytes));
  await copyTo(path);
  expect(await readFile(path)).toEqual(Buffer.from(bytes));
  expect(await readdir(join(base, 'store', 'tmp'))).toEqual([]);
}

async function overwrite(contents: Uint8Array): Promise<void> {
  await chmod(file, 0o644);
  await writeFile(file, contents);
}

it('finds and mends a change of each byte', async () => {
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice();
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
    await overwrite(damaged);
    await findAndMend('integrity_mismatch');
  }
});

it('finds and mends a blob that was cut, at each length', async () => {
  for (let length = 0; length < bytes.length; length++) {
    await chmod(file, 0o644);
    await truncate(file, length);
    await findAndMend('integrity_mismatch');
  }
});

it('finds and mends a blob with more bytes than it had', async () => {
  await overwrite(Buffer.concat([bytes, Buffer.of(0)]));
  await findAndMend('integrity_mismatch');
});

it('mends a blob that is gone', async () => {
  await unlink(file);
  await findAndMend('not_found');
});

it('reads nothing through a link in the place of a blob, and mends it', async () => {
  const outside = join(base, 'outside');
  await writeFile(outside, bytes);
  await unlink(file);
  await symlink(outside, file);
  await findAndMend('integrity_mismatch');
});

it('reaches nothing outside by what is no digest', async () => {
  for (const wrong of ['blake3:../../../../etc/passwd', 'blake3:', '../x', `sha256:${'0'.repeat(64)}`]) {
    expect(await codeOf(readAll(store.blobs.open(wrong as ContentDigest)))).toBe('not_found');
    expect(await store.blobs.has([wrong as ContentDigest])).toEqual(new Set());
  }
});
