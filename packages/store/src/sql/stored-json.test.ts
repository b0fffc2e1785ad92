import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromStoredJson, toStoredJson, toStoredText } from './stored-json.js';

const parts = fc.constantFrom('\0', '\ue000', '0', '1', '\\', '\\u0000', '"', 'a', '\n', '\u{1F6B2}');
const texts = fc.oneof(
  fc.array(parts).map((all) => all.join('')),
  fc.string({ unit: 'binary' }),
);

it('gives back what was stored, and never holds a NUL, escaped or not', () => {
  fc.assert(
    fc.property(fc.dictionary(texts, fc.oneof(texts, fc.array(texts))), (value) => {
      const stored = toStoredJson(value);
      expect(fromStoredJson(stored)).toEqual(value);
      expect(() => JSON.parse(stored)).not.toThrow();
      expect(/\\u0000/.test(stored.replaceAll('\\\\', ''))).toBe(false);
    }),
  );
});

it('stores a text as databases see it inside', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(JSON.parse(toStoredJson([text]))).toEqual([toStoredText(text)]);
    }),
  );
});
