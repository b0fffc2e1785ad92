import { expect, test } from 'vitest';
import { testPlace } from './support/cairn.js';

const place = testPlace();
// Nothing is set but by the files.
const cairn = (args: readonly string[]) => place.cairn(args, { env: { CAIRN_PROJECT: '' } });

test('values are set, listed with their origins, and taken away', async () => {
  expect((await cairn(['config', 'set', 'entity', 'acme'])).code).toBe(0);
  expect((await cairn(['config', 'set', 'project', 'bikes', '--in-project'])).code).toBe(0);
  expect((await cairn(['config', 'set', 'store', 'big', '--profile', 'big'])).code).toBe(0);
  expect((await cairn(['config', 'list', '--show-origin'])).stdout).toBe(
    `entity\tacme\t${place.join('config/config.json')}\nproject\tbikes\t${place.join('cairn.json')}\n`,
  );
  expect((await cairn(['config', 'get', 'store', '--profile', 'big'])).stdout).toBe(`${place.join('big')}\n`);
  expect((await cairn(['config', 'use', 'big'])).code).toBe(0);
  const status = JSON.parse((await cairn(['status', '--json'])).stdout);
  expect(status).toMatchObject({ store: place.join('big'), exists: false, entity: 'local', profile: 'big' });
  expect((await cairn(['config', 'unset', 'project', '--in-project'])).code).toBe(0);
  expect((await cairn(['config', 'get', 'project'])).code).toBe(5);
  expect((await cairn(['config', 'use', 'nobody'])).code).toBe(2);
});

test('a name that can’t be one is not set', async () => {
  const { code, stderr } = await cairn(['config', 'set', 'entity', 'two words']);
  expect(code).toBe(2);
  expect(stderr).toContain('"two-words"');
});
