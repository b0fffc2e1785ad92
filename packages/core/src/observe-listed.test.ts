import { describe, expect, test } from 'vitest';
import { failure } from '../test/failure.js';
import { type ListedObject, observeListed } from './observe-listed.js';

function objects(...keys: string[]): ListedObject[] {
  return keys.map((key) => ({
    key,
    uri: `foo://${key}`,
    digest: 'etag:"1"',
    size: key.endsWith('/') ? 0 : 1,
  }));
}

async function paths(key: string, listed: ListedObject[], options = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const { kind, path } of observeListed(`foo://${key}`, key, listed, options)) {
    found.push(`${kind} ${path}`);
  }
  return found;
}

describe('names', () => {
  const listed = objects('images', 'images-old/a', 'images/', 'images/b', 'images/c/d', 'images2/e');

  test.each([
    ['the object of the very key', 'images', ['object images']],
    ['a folder, by the slash', 'images/', ['member b', 'member c/d']],
    ['a folder, where there is no such object', 'images2', ['member e']],
    ['a folder in a folder', 'images/c', ['member d']],
    ['an object in a folder', 'images/c/d', ['object d']],
    [
      'everything',
      '',
      ['images', 'images-old/a', 'images/b', 'images/c/d', 'images2/e'].map((path) => `member ${path}`),
    ],
  ])('%s', async (_, key, found) => {
    expect(await paths(key, listed)).toEqual(found);
  });

  test.each(['image', 'images3', 'images/b/', 'marked'])('nothing: %s', async (key) => {
    await expect(paths(key, [...listed, ...objects('marked/')])).rejects.toThrow(failure('not_found'));
  });
});

test('an object that has bytes is one, also if its key ends like a folder', async () => {
  const [object] = objects('a/b/');
  if (object !== undefined) expect(await paths('a', [{ ...object, size: 1 }])).toEqual(['member b%2F']);
});

test('two keys that make one path are refused', async () => {
  await expect(paths('a', objects('a/../b', 'a/%2E%2E/b'))).rejects.toThrow(failure('path_conflict'));
});

test('members come in the order of their paths, and no more than one too many', async () => {
  const listed = objects('a/c', 'a/\t', 'a/b');
  expect(await paths('a', listed)).toEqual(['member %09', 'member b', 'member c']);
  expect(await paths('a', listed, { maxObjects: 1 })).toHaveLength(2);
});

test('an abort ends it with its reason', async () => {
  const reason = new Error('enough');
  await expect(paths('a', objects('a/b'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
