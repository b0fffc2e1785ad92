import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure } from '../../test/failure.js';
import { CairnError } from '../errors.js';
import { sortByUtf8 } from '../path.js';
import { createPathOrder } from './path-order.js';

const check = (...paths: string[]) => {
  const checkOrder = createPathOrder();
  for (const path of paths) checkOrder(path);
};

describe('a file that is also a folder is found', () => {
  test.each([
    [['a', 'a/b']],
    [['a', 'a-1', 'a/b']], // "-" comes before "/": the two are not neighbours
    [['a', 'a ', 'a!', 'a-', 'a.b', 'a/b/c']],
    [['a', 'aa', 'aa/b']],
    [['x', 'y', 'y-1', 'y-1/z']],
    [['d/e', 'd/e.txt', 'd/e/f']],
    [['é', 'é/b']],
  ])('%j', (paths) => {
    expect(() => check(...paths)).toThrow(failure('path_conflict', 'is a file and the folder of'));
  });

  test.each([[['a-1', 'a/b']], [['a', 'a-1', 'a0']], [['a/b', 'a/b-1', 'a/bc']], [['a', 'b/a', 'b/b', 'c']]])(
    '%j is fine',
    (paths) => {
      expect(() => check(...paths)).not.toThrow();
    },
  );
});

test('a path that is there twice is found', () => {
  expect(() => check('a', 'b', 'b')).toThrow(failure('path_conflict', '"b" is there twice'));
});

test('paths that are out of order are found', () => {
  expect(() => check('b', 'a')).toThrow(failure('manifest_invalid', '"a" comes after "b"'));
  expect(() => check('🚀', '\uffff')).toThrow(failure('manifest_invalid')); // `<` says that they are in order
  expect(() => check('\uffff', '🚀')).not.toThrow();
});

test('finds a conflict exactly where there is one', () => {
  const segment = fc.constantFrom('a', 'a-', 'a.', 'a0', 'b', 'aa');
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 12 }), (paths) => {
      const hasConflict = paths.some((file) => paths.some((other) => other.startsWith(`${file}/`)));
      let found = false;
      try {
        check(...sortByUtf8([...paths], (path) => path));
      } catch (error) {
        found = CairnError.is(error, 'path_conflict');
      }
      expect(found).toBe(hasConflict);
    }),
    { numRuns: 2000 },
  );
});
