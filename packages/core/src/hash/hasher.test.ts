import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadBackend as loadNode } from './backend-node.js';
import { loadBackend as loadPortable } from './backend-portable.js';
import { type Hasher, loadHasher } from './hasher.js';

// From the test vectors that the authors of BLAKE3 publish: the input is 0, 1, … 250, 0, 1, … of the given length.
const blake3Vectors: readonly (readonly [number, string])[] = [
  [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
  [1, '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213'],
  [1023, '10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11'],
  [1024, '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
  [1025, 'd00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444'],
  [2048, 'e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a'],
  [2049, '5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030'],
  [3073, '7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3'],
  [5121, '628bd2cb2004694adaab7bbd778a25df25c47b9d4155a55f8fbd79f2fe154cff'],
  [7169, 'a003fc7a51754a9b3c7fae0367ab3d782dccf28855a03d435f8cfe74605e7817'],
];

// FIPS 180-4.
const sha256Vectors: readonly (readonly [string, string])[] = [
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
];

const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);
const text = (value: string) => new TextEncoder().encode(value);

const blake3 = { native: await loadNode('blake3'), wasm: await loadPortable('blake3') };
const sha256 = { node: await loadNode('sha256'), wasm: await loadPortable('sha256') };

test('every implementation says which it is', async () => {
  // The add-on is optional, and these tests also run where it is not installed.
  const addon = await import('@napi-rs/blake-hash').catch(() => undefined);
  const native = addon === undefined ? 'wasm' : 'native';
  expect(blake3.native).toMatchObject({ algorithm: 'blake3', implementation: native });
  expect(blake3.wasm).toMatchObject({ algorithm: 'blake3', implementation: 'wasm' });
  for (const [name, hasher] of Object.entries(sha256)) {
    expect(hasher).toMatchObject({ algorithm: 'sha256', implementation: name });
  }
});

describe.each(Object.entries(blake3))('BLAKE3, %s', (_, hasher) => {
  test.each(blake3Vectors)('of %i bytes', (length, hex) => {
    expect(hasher.hash(counting(length))).toBe(`blake3:${hex}`);
  });
  incremental(hasher);
});

describe.each(Object.entries(sha256))('SHA-256, %s', (_, hasher) => {
  test.each(sha256Vectors)('of %.20s', (input, hex) => {
    expect(hasher.hash(text(input))).toBe(`sha256:${hex}`);
  });
  incremental(hasher);
});

function incremental(hasher: Hasher): void {
  test('of nothing at all', () => {
    expect(hasher.create().digest()).toBe(hasher.hash(new Uint8Array()));
  });

  // The WebAssembly implementation shares one instance between all hashes in progress.
  test('hashes in progress, fed in any order and beside whole ones, do not touch each other', () => {
    const feed = fc.array(fc.record({ to: fc.nat(2), length: fc.nat(3000), alsoWhole: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(feed, (steps) => {
        const hashes = [hasher.create(), hasher.create(), hasher.create()];
        const fed: number[][] = [[], [], []];
        for (const { to, length, alsoWhole } of steps) {
          const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + to) % 256);
          hashes[to]?.update(bytes);
          fed[to]?.push(...bytes);
          if (alsoWhole) expect(hasher.hash(bytes)).toBe(reference(hasher, bytes));
        }
        const digests = hashes.map((hash) => hash.digest());
        expect(digests).toEqual(fed.map((bytes) => reference(hasher, Uint8Array.from(bytes))));
      }),
      { numRuns: 40 },
    );
  });

  test('works on a view into a larger buffer', () => {
    const whole = counting(5000);
    const hash = hasher.create();
    hash.update(whole.subarray(1000, 4000));
    expect(hash.digest()).toBe(hasher.hash(whole.slice(1000, 4000)));
  });
}

/** Another implementation's answer. */
function reference(hasher: Hasher, bytes: Uint8Array): string {
  if (hasher.algorithm === 'sha256') return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return (hasher === blake3.native ? blake3.wasm : blake3.native).hash(bytes);
}

test('loadHasher loads each algorithm once, BLAKE3 unless asked otherwise', async () => {
  expect(await loadHasher()).toBe(await loadHasher('blake3'));
  expect((await loadHasher('sha256')).algorithm).toBe('sha256');
  expect(loadHasher('sha256')).toBe(loadHasher('sha256'));
});
