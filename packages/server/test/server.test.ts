import type { LocalStore } from '@cairn/store';
import type { TeamStore } from '@cairn/store/postgres';
import { expect, expectTypeOf, test } from 'vitest';
import type { ServedStore } from '../src/index.js';
import { api, openLab, storeArtifact } from './lab.js';

const lab = await openLab();
const project = { entity: 'acme', project: 'bikes' };
const place = `${api}/projects/acme/bikes`;

test('what is committed is found by its alias', async () => {
  const body = await storeArtifact(lab.store, project, 'photos', { 'a.txt': 'a' });
  await lab.json(`${place}/versions`, { method: 'POST', key: lab.root, json: body, status: 201 });
  const found = await lab.json<{ version: number }>(`${place}/collections/photos/version?alias=latest`, {
    key: lab.root,
  });
  expect(found.version).toBe(0);
});

test('it says what it is', async () => {
  expect(await lab.json(`${api}/`, {})).toMatchObject({ server: 'cairn', api: 1, algorithm: 'blake3' });
  const doc = await lab.json<object>('/api/openapi.json', {});
  expect(doc).toMatchObject({ openapi: '3.1.0' });
});

test('the stores of @cairn/store can all be served', () => {
  expectTypeOf<LocalStore>().toExtend<ServedStore>();
  expectTypeOf<TeamStore>().toExtend<ServedStore>();
});
