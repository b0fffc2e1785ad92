import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/*
 * The STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, 2015), as in age: blocks, each sealed by itself, whose
 * nonce counts them and says which is the last. So a part can be read alone, and blocks can't be changed, left out, put
 * elsewhere or cut off without its being seen.
 */

/** How many bytes of what is encrypted are in a block; the last may have fewer. */
export const blockBytes: number = 64 * 1024;
const tagBytes = 16;
/** How many bytes a full block has in a file. */
export const sealedBytes: number = blockBytes + tagBytes;
const keyBytes = 32;
const nonceBytes = 12;

/** Seals the blocks of one file, and opens them. Its key is used for nothing else. */
export class FileCipher {
  readonly #key: KeyObject;
  readonly #nonce = Buffer.alloc(nonceBytes);

  /**
   * @param salt Of this file alone.
   * @param info What it is, so that a file of one kind can't be taken for one of another.
   */
  constructor(secret: Uint8Array, salt: Uint8Array, info: Uint8Array) {
    this.#key = createSecretKey(new Uint8Array(hkdfSync('sha256', secret, salt, info, keyBytes)));
  }

  /** The two parts of a sealed block. */
  seal(index: number, isLast: boolean, bytes: Uint8Array): [encrypted: Uint8Array, tag: Uint8Array] {
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonceOf(index, isLast));
    const encrypted = cipher.update(bytes);
    cipher.final();
    return [encrypted, cipher.getAuthTag()];
  }

  /** The bytes of a sealed block; `undefined` when it isn't that block, or is other than it was. */
  open(index: number, isLast: boolean, sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < tagBytes) return undefined;
    const options = { authTagLength: tagBytes };
    const decipher = createDecipheriv('aes-256-gcm', this.#key, this.#nonceOf(index, isLast), options);
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    const bytes = decipher.update(sealed.subarray(0, -tagBytes));
    try {
      decipher.final();
      return bytes;
    } catch {
      return undefined;
    }
  }

  #nonceOf(index: number, isLast: boolean): Uint8Array {
    this.#nonce.writeUIntBE(index, nonceBytes - 7, 6);
    this.#nonce.writeUInt8(isLast ? 1 : 0, nonceBytes - 1);
    return this.#nonce;
  }
}
