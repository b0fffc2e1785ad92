import { describe, expect, test } from 'vitest';
import { CairnError } from './errors.js';
import { findListed, type ListedPage, type ListedPlace } from './find-listed.js';

interface Listed {
  readonly key: string;
}

/** A source of these keys, in order, that lists two at a time and notes what it is asked. */
function source(...keys: string[]) {
  const asked: string[] = [];
  return {
    asked,
    head: (key: string) => async () => {
      asked.push(`head ${key}`);
      return keys.includes(key) ? { looked: key } : undefined;
    },
    async list(prefix: string): Promise<ListedPage<Listed, ListedPlace>> {
      asked.push(`list ${prefix}`);
      const found = keys.filter((key) => key.startsWith(prefix)).map((key) => ({ key }));
      const objects = found.slice(0, 2);
      const last = objects.at(-1)?.key ?? '';
      return { objects, next: found.length > 2 ? { key: last, token: `of ${prefix}` } : undefined };
    },
  };
}

describe('what a key names', () => {
  const keys = ['a.bin', 'images', 'model', 'model-1', 'model-2', 'model/a', 'model/b', 'v1.0/a'];

  test.each([
    ['an object with an extension', 'a.bin', { object: { looked: 'a.bin' } }, ['head a.bin']],
    ['an object without', 'images', { object: { key: 'images' } }, ['list images']],
    ['a folder, by the slash', 'model/', ['model/a', 'model/b'], ['list model/']],
    ['a folder with a number', 'v1.0', ['v1.0/a'], ['list v1.0']],
    ['a folder that looks like an object', 'model.bin', [], ['head model.bin', 'list model.bin/']],
    ['everything', '', ['a.bin', 'images'], ['list ']],
    ['nothing', 'nobody', [], ['list nobody']],
  ])('%s', async (_, key, found, asked) => {
    const { head, list, asked: all } = source(...keys);
    const answer = await findListed(key, head(key), list);
    expect('object' in answer ? answer : answer.first.objects.map((object) => object.key)).toEqual(found);
    expect(all).toEqual(asked);
  });
});

test('a folder is listed anew where the page ends before it, and else goes on in its own words', async () => {
  const far = source('x-1', 'x-2', 'x-3', 'x/a');
  expect(await findListed('x', far.head('x'), far.list)).toEqual({
    prefix: 'x/',
    first: { objects: [{ key: 'x/a' }], next: undefined },
  });
  expect(far.asked).toEqual(['list x', 'list x/']);
  const near = source('x/a', 'x/b', 'x/c');
  const found = await findListed('x', near.head('x'), near.list);
  expect(found).toMatchObject({ prefix: 'x/', first: { next: { key: 'x/b' } } });
  expect(found).not.toHaveProperty('first.next.token', expect.anything());
  expect(near.asked).toEqual(['list x']);
});

test('where listing is forbidden the object is looked at, and what forbade it is said if there is none', async () => {
  const { head } = source('model');
  const refusal = new CairnError('forbidden', 'no lists here');
  const list = () => Promise.reject<ListedPage<Listed, ListedPlace>>(refusal);
  expect(await findListed('model', head('model'), list)).toEqual({ object: { looked: 'model' } });
  await expect(findListed('other', head('other'), list)).rejects.toBe(refusal);
});
