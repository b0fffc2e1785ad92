import { existsSync } from 'node:fs';
import { openStore } from '@cairn/store';
import { expect, test, vi } from 'vitest';
import { testFolder } from '../../test/support/folder.js';
import { findStore } from './find-store.js';

const folder = testFolder();

test('says whether there is a store, and makes none', async () => {
  const path = folder.join('store');
  expect(findStore(path)).toMatchObject({ exists: false });
  expect(existsSync(path)).toBe(false);
  await (await openStore(path)).close();
  expect(findStore(path)).toEqual({ location: findStore(path).location, exists: true });
});

test('is the nearest folder in offline mode, whatever server is named', () => {
  vi.stubEnv('CAIRN_MODE', 'offline');
  expect(findStore('https://host').location).toMatch(/\.cairn$/);
  expect(findStore('https://host', { mode: 'online' }).location).toBe('https://host');
  expect(findStore(folder.path).location).not.toMatch(/\.cairn$/);
});

test('asks nothing of a server, and shows no secret of its URL', () => {
  vi.stubEnv('CAIRN_STORE', 'https://host:8443/base/');
  expect(findStore()).toEqual({ location: 'https://host:8443/base', exists: true });
  vi.stubEnv('CAIRN_STORE', 'https://user:secret@host:8443/base?token=x');
  expect(() => findStore()).toThrow(/"https:\/\/host:8443\/base"/);
});
