import { expect, test } from 'vitest';
import { type AnyRoute, checkTable, route } from './route.js';
import { anyKey } from './rule.js';

const sound: AnyRoute = route({
  method: 'GET',
  path: '/there',
  name: 'there',
  summary: 'Something.',
  rule: anyKey,
  answers: [{ status: 204, description: 'Nothing.' }],
  handle: async () => ({ status: 204 }),
});

test('a route without a rule stops the start', () => {
  const { rule: _, ...bare } = sound;
  expect(() => checkTable([sound, { ...bare, name: 'bare' } as AnyRoute])).toThrow(TypeError);
  expect(() => checkTable([{ ...sound, rule: { kind: 'nobody' } } as unknown as AnyRoute])).toThrow(
    TypeError,
  );
});

test('two routes of one name stop the start', () => {
  expect(() => checkTable([sound, { ...sound, path: '/elsewhere' }])).toThrow(TypeError);
  expect(checkTable([sound])).toEqual([sound]);
});
