import { describe, expect, test } from 'vitest';
import { failure } from '../../test/failure.js';
import { file } from '../../test/manifests.js';
import { CairnError } from '../errors.js';
import { loadHasher } from '../hash/hasher.js';
import { decodeIndex, digestIndex, encodeIndex, type LeafRef, type ManifestIndex } from './index-blob.js';

const hasher = await loadHasher();
const bytes = (text: string) => new TextEncoder().encode(text);
const digest = (n: number) => file('x', n).digest;

const leaves: readonly LeafRef[] = [
  { digest: digest(1), first: 'a "quoted" name', entryCount: 1000, size: 0 },
  {
    digest: digest(2),
    first: 'images/cat.png',
    entryCount: 1,
    size: 7,
    extras: digest(3),
    references: { entries: 1, size: 7 },
  },
  { digest: digest(4), first: '数据', entryCount: 2, size: Number.MAX_SAFE_INTEGER },
];
const index: ManifestIndex = { policy: { name: 'mine', config: { b: [1, { c: null }], a: '数' } }, leaves };
const text = encodeIndex(index);

test('what was encoded is decoded again', () => {
  expect(decodeIndex(bytes(text))).toEqual(index);
  const empty = { policy: { name: 'cairn.default', config: {} }, leaves: [] };
  expect(decodeIndex(bytes(encodeIndex(empty)))).toEqual(empty);
});

test('is text that a person can read', () => {
  expect(text.split('\n').slice(0, 3)).toEqual([
    '{"cairn":"manifest","format":1,"policy":{"config":{"a":"数","b":[1,{"c":null}]},"name":"mine"}}',
    `{"entries":1000,"first":"a \\"quoted\\" name","leaf":"${digest(1)}","size":0}`,
    `{"entries":1,"extras":"${digest(3)}","first":"images/cat.png","leaf":"${digest(2)}","references":{"entries":1,"size":7},"size":7}`,
  ]);
});

test('the digest covers the leaves, and neither the policy nor the extras and references', () => {
  const covered = text
    .replace(/^.*\n/, '')
    .replace(`"extras":"${digest(3)}",`, '')
    .replace('"references":{"entries":1,"size":7},', '');
  expect(digestIndex(leaves, hasher)).toBe(hasher.hash(bytes(covered)));
});

test('a config that is no JSON is refused before it is written', () => {
  expect(() => encodeIndex({ policy: { name: 'x', config: { at: Number.NaN } }, leaves: [] })).toThrow(
    failure('metadata_invalid'),
  );
});

describe('decoding is strict', () => {
  const [header = '', first = '', second = ''] = text.split('\n');

  test.each<[string, string]>([
    ['nothing', ''],
    ['an empty line', `${header}\n\n`],
    ['a cut header', header],
    ['a cut line', `${header}\n${first}`],
    ['something else', '{"cairn":"store","format":1}\n'],
    ['no header', `${first}\n`],
    ['a header that is a list', '[]\n'],
    ['no policy', '{"cairn":"manifest","format":1}\n'],
    ['a policy without a name', '{"cairn":"manifest","format":1,"policy":{"config":{}}}\n'],
    ['a policy without a config', '{"cairn":"manifest","format":1,"policy":{"name":"x"}}\n'],
    ['a config that is a list', '{"cairn":"manifest","format":1,"policy":{"config":[],"name":"x"}}\n'],
    [
      'a config that is too deep to walk',
      `{"cairn":"manifest","format":1,"policy":{"config":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}},"name":"x"}}\n`,
    ],
    ['a header with a key more', `${header.replace('"format"', '"extra":1,"format"')}\n`],
    ['a header with white space', `${header.replace(',', ', ')}\n`],
    ['leaves out of order', `${header}\n${second}\n${first}\n`],
    ['a leaf twice', `${header}\n${first}\n${first}\n`],
    ['a leaf of no entries', `${header}\n${first.replace('1000', '0')}\n`],
    ['a count that is none', `${header}\n${first.replace('1000', '"1000"')}\n`],
    ['a broken count', `${header}\n${first.replace('1000', '1.5')}\n`],
    ['a size below 0', `${header}\n${first.replace('"size":0', '"size":-1')}\n`],
    ['a leaf without a digest', `${header}\n${first.replace('blake3:', 'md5:')}\n`],
    ['extras without a digest', `${header}\n${second.replace(/"extras":"[^"]*"/, '"extras":"x"')}\n`],
    [
      'references that are none',
      `${header}\n${second.replace('"references":{"entries":1,', '"references":{"entries":0,')}\n`,
    ],
    [
      'more references than entries',
      `${header}\n${second.replace('"references":{"entries":1,', '"references":{"entries":2,')}\n`,
    ],
    [
      'references without a size',
      `${header}\n${second.replace('"entries":1,"size":7},', '"entries":1},')}\n`,
    ],
    ['references that are null', `${header}\n${second.replace(/"references":.*?}/, '"references":null')}\n`],
    ['extras that are null', `${header}\n${second.replace(/"extras":"[^"]*"/, '"extras":null')}\n`],
    ['a leaf with a key more', `${header}\n${first.replace('"first"', '"f":1,"first"')}\n`],
    [
      'a leaf with another order of keys',
      `${header}\n${first.replace(/^\{("entries":1000),(.*)\}$/, '{$2,$1}')}\n`,
    ],
    ['a leaf with an escape that is not needed', `${header}\n${first.replace('name', '\\u006eame')}\n`],
  ])('%s is refused', (_, damaged) => {
    expect(() => decodeIndex(bytes(damaged))).toThrow(failure('manifest_invalid'));
  });

  test('a newer format is told from damage', () => {
    const newer = text.replace('"format":1', '"format":2').replace('"policy"', '"new":true,"policy"');
    expect(() => decodeIndex(bytes(newer))).toThrow(failure('unsupported_format', '"2"', 'Update'));
  });

  test('of every single-byte change, what decodes is what is written', () => {
    const whole = bytes(text);
    for (let at = 0; at < whole.length; at++) {
      for (const flip of [0x01, 0x20, 0x80]) {
        const changed = whole.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        let decoded: ManifestIndex;
        try {
          decoded = decodeIndex(changed);
        } catch (error) {
          if (!CairnError.is(error)) throw error;
          continue;
        }
        expect(bytes(encodeIndex(decoded))).toEqual(changed);
      }
    }
  });
});
