import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, isSecret, makeSecret, startOf } from './secrets.js';

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

describe('a secret', () => {
  it('has a prefix, 43 random digits and a checksum, which scanners can look for', () => {
    expect(makeSecret('cairn_')).toMatch(/^cairn_[0-9A-Za-z]{49}$/);
    expect(makeSecret('cairnsetup_')).toMatch(/^cairnsetup_[0-9A-Za-z]{49}$/);
  });

  it('is another each time, of all digits', () => {
    const secrets = Array.from({ length: 500 }, () => makeSecret('cairn_'));
    expect(new Set(secrets).size).toBe(500);
    expect(new Set(secrets.map((secret) => secret.slice(6, 49)).join('')).size).toBe(62);
  });

  it('is told from a mistyped one', () => {
    const secret = makeSecret('cairn_');
    expect(isSecret(secret, 'cairn_')).toBe(true);
    fc.assert(
      fc.property(fc.nat(secret.length - 1), fc.constantFrom(...letters), (at, letter) => {
        const other = secret.slice(0, at) + letter + secret.slice(at + 1);
        return isSecret(other, 'cairn_') === (other === secret);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 6, max: secret.length - 2 }), (at) => {
        const swapped = secret.slice(0, at) + secret[at + 1] + secret[at] + secret.slice(at + 2);
        return isSecret(swapped, 'cairn_') === (swapped === secret);
      }),
    );
  });

  it.each(['', 'cairn_', `cairn_${'0'.repeat(49)}`, 'hf_abc'])('is not %j', (text) => {
    expect(isSecret(text, 'cairn_')).toBe(false);
  });

  it('has nothing before or after it, and is of one kind', () => {
    const secret = makeSecret('cairn_');
    for (const text of [
      ` ${secret}`,
      `${secret}\n`,
      `${secret}0`,
      secret.slice(0, -1),
      secret.toLowerCase(),
    ]) {
      expect(isSecret(text, 'cairn_')).toBe(false);
    }
    expect(isSecret(secret.replace('cairn_', 'cairnsetup_'), 'cairnsetup_')).toBe(false);
  });

  it('is shown by its first digits, and stored as SHA-256', () => {
    expect(startOf('cairn_abcdefgh', 'cairn_')).toBe('cairn_abcd');
    expect(Buffer.from(hashOf('abc')).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
