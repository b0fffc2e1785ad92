import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote } from './printable.js';

test('puts a text between quotes', () => {
  expect(quote('bike-dataset')).toBe('"bike-dataset"');
  expect(quote('café/数据/🚀.bin')).toBe('"café/数据/🚀.bin"');
});

test.each([
  ['a\u001b[2Jb', '"a\\u{1b}[2Jb"'],
  ['a\nb\0', '"a\\u{a}b\\u{0}"'],
  ['invoice\u202egnp.exe', '"invoice\\u{202e}gnp.exe"'],
  ['zero\u200bwidth\ufeff', '"zero\\u{200b}width\\u{feff}"'],
  ['half\ud83d', '"half\\u{d83d}"'],
  ['\u0085\u2028\u2066', '"\\u{85}\\u{2028}\\u{2066}"'],
])('writes what could disguise it as an escape: %j', (text, shown) => {
  expect(quote(text)).toBe(shown);
});

test('cuts after 200 characters', () => {
  expect(quote('x'.repeat(200))).toBe(`"${'x'.repeat(200)}"`);
  expect(quote('x'.repeat(201))).toBe(`"${'x'.repeat(200)}…"`);
});

test('shows no secret, not even one that the cut would disguise', () => {
  const secret = 's3cr3t'.repeat(50);
  expect(quote(`https://user:${secret}@host/x`)).toBe('"https://***@host/x"');
  expect(quote(`https://host/x?sig=${secret}`)).toBe('"https://host/x?sig=***"');
});

test('whatever the text, what is shown is one line of well-formed, visible text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 0xffff }), (text, unit) => {
      const shown = quote(text + String.fromCharCode(unit));
      expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});
