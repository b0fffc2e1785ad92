import { describe, expect, test } from 'vitest';
import { failure } from '../../test/failure.js';
import { decodeLeaf, file, files, reference } from '../../test/manifests.js';
import type { Entry } from '../entry.js';
import { CairnError } from '../errors.js';
import { canonicalJson } from '../json.js';
import { checkEntry, encodeEntry, encodeExtra, openLeaf } from './leaf.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string, extras?: string) =>
  decodeLeaf(bytes(text), extras === undefined ? undefined : bytes(extras));

const entries: readonly Entry[] = [
  file('a "quoted" name', 1),
  file('café/数据/🚀.bin', Number.MAX_SAFE_INTEGER),
  file('empty', 0),
  reference('images/cat.png', {
    size: 3,
    extra: JSON.parse('{"versionId":"v\\"1","__proto__":"x","etag":""}'),
  }),
  reference('images/dog.png', { digest: 'etag:W/"\\"' }),
  reference('unverified', { uri: 's3://b/a+b c/%41', digest: 'uri:s3://b/a+b c/%41' }),
];
const leafText = entries.map(encodeEntry).join('');
const extraText = entries
  .map((entry) => (entry.kind === 'file' ? '' : encodeExtra(entry.path, entry.extra)))
  .join('');

describe('encoding', () => {
  test('a line is canonical JSON of what the digest covers', () => {
    for (const entry of entries) {
      const { kind, extra, ...covered } = { extra: undefined, ...entry };
      expect(encodeEntry(entry)).toBe(`${canonicalJson(covered)}\n`);
    }
  });

  test('what a handler recorded is a line beside it, if there is anything', () => {
    expect(encodeExtra('x', { b: '2', a: '1' })).toBe('{"extra":{"a":"1","b":"2"},"path":"x"}\n');
    expect(encodeExtra('x', undefined)).toBe('');
  });

  test('what was encoded is decoded again', () => {
    expect(read(leafText, extraText)).toEqual(entries);
    expect(read('')).toEqual([]);
  });
});

describe('decoding is strict', () => {
  const line = encodeEntry(file('a', 1)).slice(0, -1);

  test.each<[string, string]>([
    ['a cut line', line],
    ['an empty line', `${line}\n\n`],
    ['a carriage return', `${line}\r\n`],
    ['white space', `${line.replace(',', ', ')}\n`],
    [
      'another order of keys',
      `${canonicalJson(JSON.parse(line)).replace(/("digest":"[^"]*"),("path":"a")/, '$2,$1')}\n`,
    ],
    ['a key twice', `${line.replace('"path"', '"path":"a","path"')}\n`],
    ['a key more', `${line.replace('"path"', '"mode":420,"path"')}\n`],
    ['an escape that is not needed', `${line.replace('"a"', '"\\u0061"')}\n`],
    ['a number in another form', `${line.replace('"size":1', '"size":1.0')}\n`],
    ['no path', `${line.replace('"path":"a",', '')}\n`],
    ['no digest', '{"path":"a","size":1}\n'],
    ['a file without a size', `${line.replace(',"size":1', '')}\n`],
    ['a negative size', `${line.replace('"size":1', '"size":-1')}\n`],
    ['a broken size', `${line.replace('"size":1', '"size":0.5')}\n`],
    ['a size that is none', `${line.replace('"size":1', '"size":null')}\n`],
    ['a size beyond 2^53', `${line.replace('"size":1', '"size":9007199254740992')}\n`],
    ['a file with a validator', encodeEntry({ ...file('a', 1), digest: 'etag:"x"' as never })],
    ['a digest that is none', encodeEntry(reference('a', { digest: 'x' as never }))],
    ['a text', '"a"\n'],
    ['a list', '[]\n'],
    ['null', 'null\n'],
    ['no JSON', 'a\n'],
    ['a byte order mark', `\ufeff${line}\n`],
    ['paths out of order', encodeEntry(file('b')) + encodeEntry(file('a'))],
  ])('%s is refused', (_, text) => {
    expect(() => read(text)).toThrow(failure('manifest_invalid'));
  });

  test.each<[string, string, Parameters<typeof failure>[0]]>([
    ['a path that is none', encodeEntry(file('../x')), 'path_invalid'],
    ['half a character', encodeEntry(file('a\ud800')), 'path_invalid'],
    ['a URI that is none', encodeEntry(reference('a', { uri: '' })), 'uri_invalid'],
    ['a URI that is no text', encodeEntry(reference('a', { uri: 7 as never })), 'uri_invalid'],
    ['a path twice', encodeEntry(file('a', 1)) + encodeEntry(file('a', 2)), 'path_conflict'],
    ['a file in a file', encodeEntry(file('a')) + encodeEntry(file('a/b')), 'path_conflict'],
  ])('%s is refused', (_, text, code) => {
    expect(() => read(text)).toThrow(failure(code));
  });

  test('bytes that are no UTF-8 are refused', () => {
    const damaged = bytes(`${line}\n`);
    damaged[line.indexOf('"a"') + 1] = 0xff;
    expect(() => decodeLeaf(damaged)).toThrow(failure('manifest_invalid', 'UTF-8'));
  });

  test.each([
    ['a value that is no text', '{"extra":{"a":1},"path":"images/cat.png"}\n'],
    ['an object as a value', '{"extra":{"a":{}},"path":"images/cat.png"}\n'],
    ['a list', '{"extra":["a"],"path":"images/cat.png"}\n'],
    ['null', '{"extra":null,"path":"images/cat.png"}\n'],
    ['nothing', '{"path":"images/cat.png"}\n'],
    ['no path', '{"extra":{"a":"1"}}\n'],
    ['another order of keys', '{"extra":{"b":"1","a":"1"},"path":"images/cat.png"}\n'],
    ['a key more', '{"extra":{"a":"1"},"note":1,"path":"images/cat.png"}\n'],
    ['a cut line', '{"extra":{"a":"1"},"path":"images/cat.png"}'],
  ])('extras with %s are refused', (_, extras) => {
    expect(() => read(leafText, extras)).toThrow(failure('manifest_invalid'));
  });

  // Without the digests, which find all damage: what still decodes is exactly what is there, never a guess.
  test('of every single-byte change, what decodes is what is written', () => {
    const whole = bytes(leafText);
    for (let at = 0; at < whole.length; at++) {
      for (const flip of [0x01, 0x20, 0x80]) {
        const changed = whole.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        let decoded: Entry[];
        try {
          decoded = decodeLeaf(changed);
        } catch (error) {
          if (!CairnError.is(error)) throw error;
          continue;
        }
        expect(bytes(decoded.map(encodeEntry).join(''))).toEqual(changed);
      }
    }
  });
});

describe('openLeaf', () => {
  test('decodes single lines', () => {
    const leaf = openLeaf(bytes(leafText), bytes(extraText));
    expect(leaf.bytes).toEqual(bytes(leafText));
    let offset = 0;
    for (const entry of entries) {
      expect(leaf.entryAt(offset)).toEqual(entry);
      offset += bytes(encodeEntry(entry)).length;
    }
    expect(offset).toBe(leaf.bytes.length);
  });

  test('is as strict with a single line', () => {
    const text = leafText.replace('"size":0', '"size": 0');
    const leaf = openLeaf(bytes(text));
    expect(leaf.entryAt(0)).toEqual(entries[0]);
    const offset = bytes(entries.slice(0, 2).map(encodeEntry).join('')).length;
    expect(() => leaf.entryAt(offset)).toThrow(failure('manifest_invalid'));
    expect(() => leaf.entryAt(1)).toThrow(failure('manifest_invalid'));
    expect(() => leaf.entryAt(leaf.bytes.length)).toThrow(failure('manifest_invalid'));
  });

  test('finds where a path is, or would be', () => {
    const leaf = openLeaf(bytes(leafText), bytes(extraText));
    const starts = entries.map((_, i) => bytes(entries.slice(0, i).map(encodeEntry).join('')).length);
    for (const [i, { path }] of entries.entries()) {
      expect(leaf.find(path)).toBe(starts[i]);
      expect(leaf.find(`${path}\u0001`)).toBe(starts[i + 1] ?? leaf.bytes.length);
    }
    expect([leaf.find(''), leaf.find('zebra'), openLeaf(bytes('')).find('a')]).toEqual([
      0,
      leaf.bytes.length,
      0,
    ]);
  });

  test('decodes piece by piece, from anywhere, and no further than it is asked for', () => {
    const many = files(5000);
    const text = bytes(many.map(encodeEntry).join(''));
    const pieces = [...openLeaf(text).entriesFrom(0)];
    expect(pieces.length).toBeGreaterThan(10);
    expect(pieces.flat()).toEqual(many);
    const leaf = openLeaf(text);
    expect([...leaf.entriesFrom(leaf.find(many[4321]?.path ?? ''))].flat()).toEqual(many.slice(4321));
    expect([...leaf.entriesFrom(text.length)]).toEqual([]);
    const damaged = text.slice();
    damaged[text.length - 2] = 0x20;
    const [first] = openLeaf(damaged).entriesFrom(0);
    expect(first).toEqual(pieces[0]);
    expect(() => [...openLeaf(damaged).entriesFrom(0)]).toThrow(failure('manifest_invalid'));
  });

  test('refuses a leaf whose last line is cut', () => {
    expect(() => openLeaf(bytes(leafText.slice(0, -1)))).toThrow(failure('manifest_invalid', 'cut'));
  });
});

describe('checkEntry', () => {
  test('takes an entry as it is', () => {
    for (const entry of entries) expect(checkEntry(entry)).toBe(entry);
  });

  test.each<[Entry, Parameters<typeof failure>[0]]>([
    [file('/a'), 'path_invalid'],
    [{ ...file('a'), digest: 'uri:x' as never }, 'manifest_invalid'],
    [{ ...file('a'), size: undefined as never }, 'manifest_invalid'],
    [reference('a', { digest: 'nothing' as never }), 'manifest_invalid'],
    [reference('a', { size: -1 }), 'manifest_invalid'],
    [reference('a', { uri: 's3://b/\n' }), 'uri_invalid'],
    [reference('a', { extra: { versionId: undefined as never } }), 'manifest_invalid'],
    [reference('a', { extra: { versionId: 7 as never } }), 'manifest_invalid'],
    [reference('a', { extra: 'v1' as never }), 'manifest_invalid'],
  ])('refuses %o', (entry, code) => {
    expect(() => checkEntry(entry)).toThrow(failure(code));
  });
});
