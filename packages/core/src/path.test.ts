import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure } from '../test/failure.js';
import { checkPath, compareUtf8, maxPathBytes, sortByUtf8, utf8Length } from './path.js';

const wellFormed = fc.string({ unit: 'binary' });
const bytesOf = (text: string) => Buffer.from(text, 'utf8');

describe('checkPath', () => {
  test.each([
    'model.h5',
    'images/cat.png',
    'weird but valid/name.txt',
    'café/数据/🚀.bin',
    'a..b',
    '..hidden',
    '...',
    '.gitignore',
    '-rf',
    '~/x',
    '%2e%2e/x',
    'a#b?c&d%20',
    'name.',
    'name ',
    ' ',
    'file.txt:stream',
    'CON',
    '__proto__',
    'invoice\u202egnp.exe',
    'cafe\u0301.txt',
    'n'.repeat(255),
    'é'.repeat(127),
    `${'d/'.repeat(511)}ff`,
  ])('takes %j as it is', (path) => {
    expect(checkPath(path)).toBe(path);
  });

  test.each([
    ['', 'empty'],
    ['..', '..'],
    ['.', '.'],
    ['../x', '..'],
    ['a/../../x', '..'],
    ['a/..', '..'],
    ['./a', '.'],
    ['a/./b', '.'],
    ['a//b', 'empty segment'],
    ['a/', 'empty segment'],
    ['/etc/passwd', 'starts with /'],
    ['//host/share', 'starts with /'],
    ['C:/Windows/x', 'drive letter'],
    ['c:x', 'drive letter'],
    ['\\x', 'backslash'],
    ['\\\\host\\share\\x', 'backslash'],
    ['folder/\\\\host\\share\\x', 'backslash'],
    ['a\\b', 'backslash'],
    ['é\\b', 'backslash'],
    ['a\0b', 'control character'],
    ['a\nb', 'control character'],
    ['a\u001b[2Jb', 'control character'],
    ['a\u007fb', 'control character'],
    ['a\u0085b', 'control character'],
    ['a\ud800', 'surrogate'],
    ['\udc00/a', 'surrogate'],
    ['n'.repeat(256), '255 bytes'],
    ['é'.repeat(128), '255 bytes'],
    ['🚀'.repeat(64), '255 bytes'],
    [`${'d/'.repeat(511)}fff`, '1024 bytes'],
    [`${'é/'.repeat(341)}ff`, '1024 bytes'],
  ])('refuses %j: %s', (path, why) => {
    expect(() => checkPath(path)).toThrow(failure('path_invalid', why));
  });

  test('refuses what is not a text', () => {
    for (const value of [undefined, null, 7, {}, ['a']]) {
      expect(() => checkPath(value as never)).toThrow(failure('path_invalid', 'not a text'));
    }
  });

  test('shows the path without what could steer a terminal', () => {
    expect(() => checkPath('a\u001b[2Jb')).toThrow(failure('path_invalid', '"a\\u{1b}[2Jb"'));
  });

  test('whatever it takes stays in its folder and can be written as UTF-8', () => {
    const part = fc.oneof(
      fc.constantFrom('/', '.', '..', '\\', 'C:', '\0', 'a', 'é', '🚀', '\ud800'),
      wellFormed,
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const path = parts.join('');
        try {
          checkPath(path);
        } catch {
          return;
        }
        expect(bytesOf(path).toString('utf8')).toBe(path);
        expect(bytesOf(path).length).toBeLessThanOrEqual(maxPathBytes);
        expect(new URL(path.split('/').map(encodeURIComponent).join('/'), 'file:///root/').pathname).toMatch(
          /^\/root\/./,
        );
        expect(path.split('/')).not.toContain('..');
      }),
      { numRuns: 2000 },
    );
  });
});

test('utf8Length is the number of bytes', () => {
  fc.assert(
    fc.property(wellFormed, (text) => {
      expect(utf8Length(text)).toBe(bytesOf(text).length);
    }),
  );
});

test('compareUtf8 orders as the bytes do', () => {
  fc.assert(
    fc.property(wellFormed, wellFormed, wellFormed, (start, a, b) => {
      const order = Math.sign(compareUtf8(start + a, start + b));
      expect(order).toBe(Buffer.compare(bytesOf(start + a), bytesOf(start + b)));
    }),
    { numRuns: 1000 },
  );
  expect(compareUtf8('\uffff', '🚀')).toBeLessThan(0); // `<` says the opposite
});

test('sortByUtf8 orders as the bytes do, with and without surrogates', () => {
  const units = fc.constantFrom('a', 'b', '/', '-', 'é', '\ue000', '\uffff', '🚀', '\u{10ffff}');
  for (const unit of [units, 'grapheme-ascii', 'binary'] as const) {
    fc.assert(
      fc.property(fc.array(fc.string({ unit })), (texts) => {
        const sorted = sortByUtf8(
          texts.map((path) => ({ path })),
          ({ path }) => path,
        );
        const byBytes = texts.toSorted((a, b) => Buffer.compare(bytesOf(a), bytesOf(b)));
        expect(sorted.map(({ path }) => path)).toEqual(byBytes);
      }),
    );
  }
});

test('sortByUtf8 sorts in place, keeping the order of equal keys', () => {
  const items = ['b1', 'a1', 'b2', 'a2'];
  expect(sortByUtf8(items, (item) => item.slice(0, 1))).toBe(items);
  expect(items).toEqual(['a1', 'a2', 'b1', 'b2']);
});
