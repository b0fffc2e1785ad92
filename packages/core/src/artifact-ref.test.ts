import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failure } from '../test/failure.js';
import { formatArtifactRef, parseArtifactRef } from './artifact-ref.js';
import type { ContentDigest } from './digest.js';

const defaults = { entity: 'local', project: 'default' };
const digest: ContentDigest = `blake3:${'0123456789abcdef'.repeat(4)}`;
const parse = (text: string) => parseArtifactRef(text, defaults);

test.each([
  ['data', ['local', 'default', 'data'], { alias: 'latest' }],
  ['data:v0', ['local', 'default', 'data'], { version: 0 }],
  ['data:v17', ['local', 'default', 'data'], { version: 17 }],
  ['data:v999999999', ['local', 'default', 'data'], { version: 999_999_999 }],
  ['data:latest', ['local', 'default', 'data'], { alias: 'latest' }],
  ['bikes/data:best', ['local', 'bikes', 'data'], { alias: 'best' }],
  ['acme/bikes/data:best ap50', ['acme', 'bikes', 'data'], { alias: 'best ap50' }],
  [`acme/bikes/data@${digest}`, ['acme', 'bikes', 'data'], { digest }],
  [`data@sha256:${digest.slice(7)}`, ['local', 'default', 'data'], { digest: `sha256:${digest.slice(7)}` }],
] as const)('%s', (text, [entity, project, name], selector) => {
  expect(parse(text)).toEqual({ collection: { entity, project, name }, selector });
});

test.each([
  ['', 'name_invalid', 'artifact name'],
  [':v0', 'name_invalid', 'artifact name'],
  ['a b', 'name_invalid', 'a-b'],
  ['a/b/c/d', 'name_invalid', '[[entity/]project/]name'],
  ['/data', 'name_invalid', 'a project'],
  ['//data', 'name_invalid', 'an entity'],
  ['a//data', 'name_invalid', 'a project'],
  ['../data', 'name_invalid', 'a project'],
  ['acme/bi kes/data', 'name_invalid', 'a project'],
  ['data:', 'alias_invalid', 'empty'],
  ['data:v01', 'alias_invalid', '"v" and digits'],
  ['data:v1000000000', 'alias_invalid', '"v" and digits'],
  ['data:a/b', 'alias_invalid', 'separators'],
  ['data:a:b', 'alias_invalid', 'separators'],
  ['data@', 'name_invalid', 'blake3:'],
  ['data@v0', 'name_invalid', 'blake3:'],
  [`data@${digest.slice(0, -1)}`, 'name_invalid', 'blake3:'],
  [`data:v0@${digest}`, 'name_invalid', 'artifact name'],
  ['data\n', 'name_invalid', '\\u{a}'],
  [7 as never, 'name_invalid', '"7"'],
] as const)('%j is refused', (text, code, part) => {
  expect(() => parse(text)).toThrow(failure(code, part));
});

test('what is written is read again', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,20}$/);
  const selector = fc.oneof(
    fc.record({ version: fc.nat(999_999_999) }),
    fc.record({ alias: fc.constantFrom('latest', 'best', '最新', 'a b') }),
    fc.record({ digest: fc.constant(digest) }),
  );
  const ref = fc.record({
    collection: fc.record({ entity: name, project: name, name }),
    selector,
  });
  fc.assert(
    fc.property(ref, (ref) => {
      expect(parse(formatArtifactRef(ref))).toEqual(ref);
    }),
  );
});
