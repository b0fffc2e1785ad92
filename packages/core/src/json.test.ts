import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, type JsonValue } from './json.js';

const json = fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<JsonValue>;

test('writes what JSON.parse reads as the same value', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('writes equal values as equal texts, whatever the order of their keys', () => {
  const shuffled = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).reverse();
    return Object.fromEntries(members.map(([key, member]) => [key, shuffled(member)]));
  };
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
    }),
  );
});

test('orders keys by UTF-16 units, not by code points or bytes', () => {
  expect(canonicalJson({ '\uffff': 1, '🚀': 2, é: 3, b: 4, a: 5, 10: 6, 9: 7, '': 8 })).toBe(
    '{"":8,"10":6,"9":7,"a":5,"b":4,"é":3,"🚀":2,"\uffff":1}',
  );
});

// From the appendix of RFC 8785, as far as it differs from what one might guess.
test('writes numbers and texts as RFC 8785 asks', () => {
  expect(canonicalJson([JSON.parse('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
  );
  expect(canonicalJson('\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/')).toBe(
    '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"',
  );
  expect(canonicalJson([null, true, false, '\u2028\u007f'])).toBe('[null,true,false,"\u2028\u007f"]');
});

test('treats __proto__ as a key', () => {
  expect(canonicalJson(JSON.parse('{"a":1,"__proto__":{"x":1}}'))).toBe('{"__proto__":{"x":1},"a":1}');
});
