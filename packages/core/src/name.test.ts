import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure } from '../test/failure.js';
import { CairnError } from './errors.js';
import { checkAlias, checkAliases, checkName, checkTag, checkTags } from './name.js';

const hostile = ['a\nb', 'a\0', 'half\ud800', 'a\u202eb'];

describe('checkName', () => {
  test.each([
    'bike-dataset',
    'a',
    'A1_b-c.d',
    '.hidden',
    '-rf',
    '0',
    'a'.repeat(128),
    '__proto__',
    'v0',
    'latest',
  ])('takes %j', (name) => expect(checkName(name)).toBe(name));

  test.each([
    ['', undefined],
    ['.', undefined],
    ['..', undefined],
    ['...', undefined],
    ['数据', undefined],
    ['reference model', 'reference-model'],
    ['a/b', 'a-b'],
    ['a:b', 'a-b'],
    ['../other', 'other'],
    ['café', 'cafe'],
    ['bike-d\u0430taset', 'bike-d-taset'],
    ['  spaced  ', 'spaced'],
    ['x!', 'x'],
    ['a'.repeat(129), 'a'.repeat(128)],
  ])('refuses %j and suggests %j', (name, suggestion) => {
    const rule = 'Use 1–128 letters (a–z, A–Z), digits, "_", "-" and ".", not only dots';
    const hint = suggestion === undefined ? `${rule}.` : `${rule}, such as "${suggestion}".`;
    expect(() => checkName(name)).toThrow(failure('name_invalid', hint));
  });

  test.each(hostile)('refuses %j', (name) => {
    expect(() => checkName(name)).toThrow(failure('name_invalid'));
  });

  test('says what it is that has the name', () => {
    expect(() => checkName('a b', 'entity')).toThrow(failure('name_invalid', '"a b" can\'t be an entity'));
    expect(() => checkName('a b', 'project')).toThrow(failure('name_invalid', "can't be a project"));
  });

  test('refuses what is not a text', () => {
    for (const value of [undefined, null, 7, {}]) {
      expect(() => checkName(value as never)).toThrow(failure('name_invalid'));
    }
  });

  test('whatever it suggests is a name', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 300 })), (name) => {
        try {
          checkName(name);
        } catch (error) {
          if (!CairnError.is(error, 'name_invalid')) throw error;
          const suggestion = /such as "(.*)"\.$/.exec(error.hint ?? '')?.[1];
          if (suggestion !== undefined) expect(checkName(suggestion)).toBe(suggestion);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('takes no longer for a hostile text', () => {
    expect(() => checkName(`a${'-'.repeat(1_000_000)}é`)).toThrow(failure('name_invalid'));
  });
});

describe('checkAlias', () => {
  test.each([
    'latest',
    'best',
    'best-ap50',
    'v',
    'v1.2',
    'V1',
    'version 2',
    'neueste Fassung',
    '最新',
    '🚀'.repeat(128),
  ])('takes %j', (alias) => expect(checkAlias(alias)).toBe(alias));

  test.each([
    ['', 'empty'],
    ['v0', '"v" and digits'],
    ['v17', '"v" and digits'],
    ['v007', '"v" and digits'],
    ['a/b', 'separators'],
    ['a:b', 'separators'],
    ['a@b', 'separators'],
    ['a/b:c', 'separators'],
    ['a\nb', 'control character'],
    ['half\ud800', 'surrogate'],
    ['a'.repeat(129), '128 characters'],
    ['🚀'.repeat(129), '128 characters'],
    [undefined as never, 'not a text'],
  ])('refuses %j: %s', (alias, why) => {
    expect(() => checkAlias(alias)).toThrow(failure('alias_invalid', why));
  });
});

describe('checkTag', () => {
  test.each(['raw', 'night shift', 'a', '_', '-x-', '2026', 'a'.repeat(128)])('takes %j', (tag) => {
    expect(checkTag(tag)).toBe(tag);
  });

  test.each(['', ' ', ' a', 'a ', 'a.b', 'a/b', 'a:b', 'a\tb', 'é', 'a'.repeat(129), ...hostile, 7 as never])(
    'refuses %j',
    (tag) => {
      expect(() => checkTag(tag)).toThrow(failure('name_invalid', 'Use 1–128 letters'));
    },
  );
});

describe.each([
  ['aliases', checkAliases, 'alias_invalid'],
  ['tags', checkTags, 'name_invalid'],
] as const)('a list of %s', (what, check, code) => {
  const hundred = Array.from({ length: 100 }, (_, i) => `label-${i}`);

  test('is taken from any iterable, each once', () => {
    expect(check(new Set(['a', 'b']))).toEqual(['a', 'b']);
    expect(check(['b', 'a', 'b'])).toEqual(['b', 'a']);
    expect(check([])).toEqual([]);
  });

  test('has at most 100, however often each is given', () => {
    expect(check([...hundred, ...hundred])).toEqual(hundred);
    expect(() => check([...hundred, 'one-more'])).toThrow(failure(code, '100'));
  });

  test('is not read beyond what it may hold', () => {
    function* endless() {
      for (let i = 0; ; i++) yield `label-${i}`;
    }
    expect(() => check(endless())).toThrow(failure(code));
  });

  test('is not a text', () => {
    expect(() => check('best')).toThrow(failure(code, `{ ${what}: ["best"] }`));
  });

  test('is refused for one that is wrong', () => {
    expect(() => check(['good', 'a/b'])).toThrow(failure(code, '"a/b"'));
  });
});
