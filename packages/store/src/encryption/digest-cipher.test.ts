import { createCipheriv, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { DigestCipher } from './digest-cipher.js';

test('digests are encrypted as OpenSSL encrypts sectors, and come back', () => {
  for (let i = 0; i < 100; i++) {
    const [key, tweak] = [randomBytes(64), randomBytes(16)];
    const cipher = new DigestCipher(key);
    const mask = cipher.maskOf(tweak);
    for (let count = 0; count < 4; count++) {
      const digests = Array.from({ length: count }, () => randomBytes(32));
      const sealed = cipher.seal(digests, mask);
      expect(sealed).toEqual(digests.map((each) => createCipheriv('aes-256-xts', key, tweak).update(each)));
      expect(cipher.open(sealed, mask)).toEqual(digests);
    }
  }
});
