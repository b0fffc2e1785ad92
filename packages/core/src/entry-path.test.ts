import { expect, test } from 'vitest';
import { entryNameOf, entryPathOf } from './entry-path.js';
import { checkPath } from './path.js';

test.each([
  ['images/cat.png', 'images/cat.png'],
  ['%2e%2e/a+b #?.txt', '%2e%2e/a+b #?.txt'],
  ['..hidden/…/🙂', '..hidden/…/🙂'],
  ['a//b', 'a/%2Fb'],
  ['a///b', 'a/%2F%2Fb'],
  ['/a', '%2Fa'],
  ['//a', '%2F%2Fa'],
  ['a/', 'a%2F'],
  ['a//', 'a/%2F'],
  ['/', '%2F'],
  ['', '%2F'],
  ['.', '%2E'],
  ['a/../b', 'a/%2E%2E/b'],
  ['a/./..', 'a/%2E/%2E%2E'],
  ['a/.../b', 'a/.../b'],
  ['tab\there', 'tab%09here'],
  ['nul\0', 'nul%00'],
  ['c1\u0085', 'c1%C2%85'],
  ['back\\slash', 'back%5Cslash'],
  ['C:/x', 'C%3A/x'],
  ['a/C:/x', 'a/C:/x'],
])('%j becomes the path %j', (key, path) => {
  expect(entryPathOf(key)).toBe(path);
  expect(checkPath(path)).toBe(path);
});

test.each([
  ['bucket', 'a/model.h5', 'model.h5'],
  ['bucket', 'model.h5', 'model.h5'],
  ['bucket', 'a/images/', 'images'],
  ['bucket', '', 'bucket'],
  ['bucket', 'a/..', '%2E%2E'],
])('in %s, %j is called %s', (bucket, key, name) => {
  expect(entryNameOf(bucket, key)).toBe(name);
});
