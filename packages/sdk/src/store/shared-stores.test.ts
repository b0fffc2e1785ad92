import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@cairn/store';
import { expect, test } from 'vitest';
import { caught } from '../../test/support/caught.js';
import { testFolder } from '../../test/support/folder.js';
import { holdSharedStore as hold } from './shared-stores.js';

const folder = testFolder();
const holdSharedStore = (path: string) => hold(path, () => openStore(path));

/** Whether a store is open, by asking it something. */
const isOpen = (held: Awaited<ReturnType<typeof holdSharedStore>>) =>
  held.store.catalog.getRun('x').then(
    () => true,
    () => false,
  );

test('one folder is opened once, and closed when the last who holds it lets go', async () => {
  const path = folder.join('store');
  const [a, b] = await Promise.all([holdSharedStore(path), holdSharedStore(path)]);
  expect(a.store).toBe(b.store);
  await a.release();
  await a.release();
  expect(await isOpen(b)).toBe(true);
  await b.release();
  expect(await isOpen(b)).toBe(false);
  const c = await holdSharedStore(path);
  expect(c.store).not.toBe(a.store);
  expect(await isOpen(c)).toBe(true);
  await c.release();
});

test('two folders are two stores', async () => {
  const [a, b] = await Promise.all([holdSharedStore(folder.join('a')), holdSharedStore(folder.join('b'))]);
  expect(a.store).not.toBe(b.store);
  await Promise.all([a.release(), b.release()]);
});

test('who is likely to be back keeps it open for a moment', async () => {
  const path = folder.join('store');
  const a = await holdSharedStore(path);
  await a.release({ linger: true });
  expect(await isOpen(a)).toBe(true);
  const b = await holdSharedStore(path);
  expect(b.store).toBe(a.store);
  await sleep(1100);
  expect(await isOpen(b)).toBe(true);
  await b.release({ linger: true });
  await expect.poll(() => isOpen(b), { timeout: 5000 }).toBe(false);
});

test('a failure to open is not remembered', async () => {
  folder.write({ 'store/something else': 'x' });
  expect((await caught(holdSharedStore(folder.join('store')))).code).toBe('path_conflict');
  expect((await caught(holdSharedStore(folder.join('store')))).code).toBe('path_conflict');
  const { rmSync } = await import('node:fs');
  rmSync(folder.join('store'), { recursive: true });
  await (await holdSharedStore(folder.join('store'))).release();
});
