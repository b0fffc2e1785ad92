import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson } from './parse-json.js';

it('takes no escaped key for another one, whatever was read before', () => {
  // The first spoils the second for JSON.parse itself in Node 24.
  parseJson('{"h":[],"\\\\":0}');
  expect(Object.keys(parseJson('{"h":1,"\\"":2}') as object)).toEqual(['h', '"']);
  const keys = fc.array(fc.constantFrom('"', '\\', '\0', '\n', 'a', ':', '{'), { maxLength: 2 });
  const { tree } = fc.letrec((tie) => ({
    tree: fc.dictionary(
      keys.map((characters) => characters.join('')),
      fc.oneof({ maxDepth: 3 }, fc.constant('":\\'), fc.constant(1.5), tie('tree')),
      { maxKeys: 4 },
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(parseJson(text))).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

it('refuses what is not JSON, also in a key', () => {
  for (const text of ['{"\\q":1}', '{"a\\n":1', '{"\\n" 1}', '["\\n":1]', '"\\', '{"\n\\n":1}']) {
    expect(() => parseJson(text), text).toThrow(SyntaxError);
  }
});

it('keeps a key __proto__, and the last of two equal keys', () => {
  const value = parseJson('{"__proto__":{"\\n":1},"a":1,"\\u0061":2}') as object;
  expect(Object.entries(value)).toEqual([
    ['__proto__', { '\n': 1 }],
    ['a', 2],
  ]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});
