import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure } from '../test/failure.js';
import { canonicalJson, type JsonObject } from './json.js';
import {
  checkDescription,
  checkMetadata,
  maxMetadataBytes,
  maxMetadataDepth,
  parseMetadata,
} from './metadata.js';

const nested = (depth: number) => {
  let value: Record<string, unknown> = {};
  for (let i = 1; i < depth; i++) value = { a: value };
  return value;
};

describe('checkMetadata', () => {
  const cyclic: { list: unknown[] } = { list: [] };
  cyclic.list.push(cyclic);

  test.each<[string, unknown, string]>([
    ['NaN', { a: Number.NaN, b: 1 }, 'metadata.a'],
    ['an infinity', { a: { b: [1, -Infinity] } }, 'metadata.a.b[1]'],
    ['a cycle', cyclic, '"metadata.list[0]" can\'t be stored: it contains itself'],
    ['a function', { a: () => 1 }, 'metadata.a'],
    ['a symbol', { a: Symbol('x') }, 'metadata.a'],
    ['a symbol as a key', { a: { [Symbol('x')]: 1 } }, 'metadata.a'],
    ['a bigint', { a: 1n }, 'metadata.a'],
    ['undefined in an array', { a: [1, undefined] }, 'metadata.a[1]'],
    ['a hole in an array', { a: new Array(2) }, 'metadata.a[0]'],
    ['a Date', { a: { at: new Date(0) } }, 'metadata.a.at'],
    ['a Map', { a: new Map() }, 'metadata.a'],
    ['bytes', { a: new Uint8Array(1) }, 'metadata.a'],
    ['a boxed text', { a: new String('x') }, 'metadata.a'],
    ['an instance of a class', { a: new (class Model {})() }, 'metadata.a'],
    ['an unpaired surrogate', { a: ['\ud800'] }, 'metadata.a[0]'],
    ['an unpaired surrogate in a key', { a: { '\udc00': 1 } }, 'metadata.a'],
    ['65 levels', nested(65), '64 levels'],
    ['65 levels of arrays', { a: JSON.parse(`${'['.repeat(64)}${']'.repeat(64)}`) }, '64 levels'],
    ['more than 1 MiB', { a: 'x'.repeat(maxMetadataBytes) }, '1048576 bytes'],
    ['more than 1 MiB of UTF-8', { a: 'é'.repeat(maxMetadataBytes / 2) }, '1048576 bytes'],
  ])('refuses %s, naming the key path', (_, value, where) => {
    expect(() => checkMetadata(value)).toThrow(failure('metadata_invalid', where));
  });

  test.each([undefined, null, 'x', 7, [], [{}], new Date(0), () => ({})])(
    'refuses %o as a whole',
    (value) => {
      expect(() => checkMetadata(value)).toThrow(failure('metadata_invalid'));
    },
  );

  test('calls no method of the value', () => {
    const bomb = { toJSON: () => expect.unreachable() };
    expect(() => checkMetadata({ bomb })).toThrow(failure('metadata_invalid', 'metadata.bomb.toJSON'));
  });

  test('comes back from 100,000 levels', () => {
    expect(() => checkMetadata(nested(100_000))).toThrow(failure('metadata_invalid', '64 levels'));
  });

  test('takes 64 levels, 1 MiB, any finite number and the same object twice', () => {
    const shared = { x: 1 };
    expect(checkMetadata({ a: shared, b: [shared] })).toEqual({ a: { x: 1 }, b: [{ x: 1 }] });
    expect(checkMetadata(nested(maxMetadataDepth))).toEqual(nested(maxMetadataDepth));
    expect(checkMetadata({ a: 'x'.repeat(maxMetadataBytes - 8) })).toHaveProperty('a');
    const numbers = { flops: 3.14e23, most: Number.MAX_VALUE, least: -5e-324, zero: 0 };
    expect(checkMetadata({ ...numbers, zero: -0 })).toStrictEqual(numbers);
  });

  test('leaves out what is undefined, as JSON does, and takes objects without a prototype', () => {
    expect(checkMetadata({ a: undefined, b: Object.assign(Object.create(null), { c: 1 }) })).toEqual({
      b: { c: 1 },
    });
  });

  test('gives a copy that shares nothing with the value', () => {
    const value = { a: { b: [1] } };
    const copy = checkMetadata(value);
    value.a.b.push(2);
    expect(copy).toEqual({ a: { b: [1] } });
  });

  test('keeps __proto__ as data and changes no prototype', () => {
    const value = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    const copy = checkMetadata(value);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.keys(copy)).toEqual(['__proto__', 'constructor']);
    expect((copy as { polluted?: unknown }).polluted).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(canonicalJson(copy)).toBe(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
  });

  test('gives what survives a round trip through JSON, and is content with it', () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false }), { maxKeys: 8 });
    fc.assert(
      fc.property(value, (value) => {
        let copy: JsonObject;
        try {
          copy = checkMetadata(value);
        } catch (error) {
          expect(error).toEqual(failure('metadata_invalid', 'surrogate'));
          return;
        }
        const again = JSON.parse(canonicalJson(copy));
        expect(again).toStrictEqual(copy);
        expect(checkMetadata(again)).toStrictEqual(copy);
        expect(parseMetadata(JSON.stringify(value))).toStrictEqual(copy);
      }),
    );
  });
});

describe('parseMetadata', () => {
  test('reads JSON', () => {
    expect(parseMetadata(' {"a": {"b": [1, 2.5, "x", null, true, -0.0, 1e3]}} ')).toEqual({
      a: { b: [1, 2.5, 'x', null, true, 0, 1000] },
    });
  });

  test.each([
    ['not JSON', '{"a":1,}'],
    ['nothing', ''],
    ['no object', '[1]'],
    ['a key twice', '{"a":1,"a":2}'],
    ['a key twice, written in two ways', '{"a":1,"\\u0061":2}'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}'],
    ['a key twice inside', '{"x":[{"k":{},"b":1,"k":{}}]}'],
    ['an integer beyond 2^53', '{"n":9007199254740993}'],
    ['a negative one', '{"n":-9007199254740993}'],
    ['an integer in an array', '{"n":[1,9007199254740993]}'],
    ['an integer that floating point cannot hold', '{"n":9223372036854775807}'],
    ['a number beyond all bounds', '{"n":1e400}'],
    ['a number only as a text could hold it', '{"n":123456789012345678901234567890}'],
    ['65 levels', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`],
    ['100,000 levels of arrays', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['100,000 levels of objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['100,000 levels that are not closed', '['.repeat(100_000)],
    ['too many bytes', `{"a":"${'x'.repeat(maxMetadataBytes)}"}`],
    ['too many bytes of white space', `{"a":1${' '.repeat(2 * maxMetadataBytes)}}`],
    ['an escaped surrogate without its other half', '{"a":"\\ud800"}'],
  ])('refuses %s', (_, text) => {
    expect(() => parseMetadata(text)).toThrow(failure('metadata_invalid'));
  });

  test.each([
    ['the same key in two objects', '{"a":{"k":1},"b":{"k":1},"k":1}'],
    ['a key twice only in a text', '{"a":"{\\"k\\":1,\\"k\\":2}"}'],
    ['a long number only in a text or a key', '{"9007199254740993":"9007199254740993"}'],
    ['an object in an array after a key', '{"k":[{"k":1},{"k":2}]}'],
    ['the largest safe integers', '{"a":9007199254740991,"b":-9007199254740991}'],
    ['larger ones that stay what they are', '{"a":9007199254740992,"b":-100000000000000000000}'],
    ['large numbers that are no integers', '{"flops":3.14e23,"most":1.7976931348623157e308}'],
    ['a text of almost 1 MiB', `{"a":"${'x'.repeat(maxMetadataBytes - 8)}"}`],
    ['a text of escapes', JSON.stringify({ a: '\n"\\'.repeat(100_000) })],
  ])('takes %s', (_, text) => {
    expect(parseMetadata(text)).toEqual(JSON.parse(text));
  });
});

describe('checkDescription', () => {
  test('takes any well-formed text of up to 1 MiB', () => {
    for (const text of ['', 'Bikes.\n\n# Source\n', '[', '['.repeat(200_000), 'x'.repeat(maxMetadataBytes)]) {
      expect(checkDescription(text)).toBe(text);
    }
  });

  test.each(['\ud800', 'x'.repeat(maxMetadataBytes + 1), 'é'.repeat(maxMetadataBytes / 2 + 1), 7 as never])(
    'refuses anything else',
    (text) => expect(() => checkDescription(text)).toThrow(failure('metadata_invalid')),
  );
});
