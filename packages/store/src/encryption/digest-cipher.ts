import { type Cipher, createCipheriv, createDecipheriv, type Decipher } from 'node:crypto';

/*
 * XTS-AES-256 (IEEE 1619, NIST SP 800-38E) of sectors that are one digest: what OpenSSL has as `aes-256-xts`. Made of single
 * blocks here, with ciphers that stay: to set one up for each digest takes ten times as long.
 */

const blockBytes = 16;
const sectorBytes = 2 * blockBytes;

/** Encrypts digests, each to as many bytes, and equal ones to equal ones. */
export class DigestCipher {
  readonly #sealing: Cipher;
  readonly #opening: Decipher;
  readonly #tweaking: Cipher;

  /** @param key 64 bytes: one half for the blocks, the other for tweaks. */
  constructor(key: Uint8Array) {
    const [own, other] = [key.subarray(0, 32), key.subarray(32)];
    // A block says nothing of another one, and none is held back where nothing is padded.
    this.#sealing = createCipheriv('aes-256-ecb', own, null).setAutoPadding(false);
    this.#opening = createDecipheriv('aes-256-ecb', own, null).setAutoPadding(false);
    this.#tweaking = createCipheriv('aes-256-ecb', other, null).setAutoPadding(false);
  }

  /** What makes digests in one place others than in another. @param tweak 16 bytes. */
  maskOf(tweak: Uint8Array): Uint8Array {
    const first = this.#tweaking.update(tweak);
    return Buffer.concat([first, doubled(first)]);
  }

  seal(digests: readonly Uint8Array[], mask: Uint8Array): Uint8Array[] {
    return change(this.#sealing, digests, mask);
  }

  open(sealed: readonly Uint8Array[], mask: Uint8Array): Uint8Array[] {
    return change(this.#opening, sealed, mask);
  }
}

/** All at once, for a call takes longer than what it does. */
function change(cipher: Cipher | Decipher, sectors: readonly Uint8Array[], mask: Uint8Array): Uint8Array[] {
  const masked = new Uint8Array(sectors.length * sectorBytes);
  for (const [i, sector] of sectors.entries()) masked.set(sector, i * sectorBytes);
  const changed = cipher.update(applied(mask, masked));
  applied(mask, changed);
  return sectors.map((_, i) => changed.subarray(i * sectorBytes, (i + 1) * sectorBytes));
}

function applied(mask: Uint8Array, sectors: Uint8Array): Uint8Array {
  for (let i = 0; i < sectors.length; i++) {
    sectors[i] = (sectors[i] as number) ^ (mask[i % sectorBytes] as number);
  }
  return sectors;
}

/** Times x in GF(2¹²⁸), of which the first byte has the lowest powers, modulo x¹²⁸ + x⁷ + x² + x + 1. */
function doubled(block: Uint8Array): Uint8Array {
  const result = new Uint8Array(blockBytes);
  let carry = 0;
  for (let i = 0; i < blockBytes; i++) {
    const byte = block[i] as number;
    result[i] = (byte << 1) | carry;
    carry = byte >> 7;
  }
  if (carry === 1) result[0] = (result[0] as number) ^ 0x87;
  return result;
}
