import { createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { digestBytes } from '../packs/pack-format.js';
import type { DigestForm, StoredForm } from '../sql/stored-form.js';
import { DigestCipher } from './digest-cipher.js';
import { FileCipher } from './file-cipher.js';
import type { DataKey } from './pack-cipher.js';

const tweakBytes = 16;
const saltBytes = 32;

/**
 * The form in which the database of an encrypted store has digests: encrypted, equal ones as equal ones, so that rows are found
 * by them. The tweak is another one for each project, so that equal digests of two have nothing in common.
 */
export function sealedForm({ id, secret }: DataKey): StoredForm {
  const derive = (what: string, length: number) =>
    new Uint8Array(hkdfSync('sha256', secret, id, `cairn database ${what}`, length));
  const cipher = new DigestCipher(derive('digests', 64));
  const names = createSecretKey(derive('names', 32));
  const nameOf = (name: string) => createHmac('sha256', names).update(name).digest();
  const digestsOf = (what: string) => sealedDigests(cipher, nameOf(what).subarray(0, tweakBytes));
  // As a file of one block, whose key is used once.
  const cipherOf = (name: string, salt: Uint8Array) =>
    new FileCipher(secret, salt, Buffer.from(`cairn sealed ${name}`));
  return {
    objects: digestsOf('objects'),
    // No name has a slash.
    ofProject: ({ entity, project }) => digestsOf(`project ${entity}/${project}`),
    sealing: {
      nameOf: (name) => nameOf(`sealed ${name}`).toString('hex'),
      seal(name, bytes) {
        const salt = randomBytes(saltBytes);
        return Buffer.concat([salt, ...cipherOf(name, salt).seal(0, true, bytes)]);
      },
      open: (name, sealed) =>
        cipherOf(name, sealed.subarray(0, saltBytes)).open(0, true, sealed.subarray(saltBytes)),
    },
  };
}

function sealedDigests(cipher: DigestCipher, tweak: Uint8Array): DigestForm {
  const mask = cipher.maskOf(tweak);
  return {
    isPlain: false,
    toStored: (digests) => digestsOnly(digests, (each) => cipher.seal(each, mask)),
    fromStored: (stored) => digestsOnly(stored, (each) => cipher.open(each, mask)),
  };
}

/** What is no digest is stored nowhere; something that is damaged may have another length. */
function digestsOnly(
  all: readonly Uint8Array[],
  change: (digests: readonly Uint8Array[]) => Uint8Array[],
): readonly Uint8Array[] {
  if (all.every(isDigest)) return change(all);
  return all.map((each) => (isDigest(each) ? (change([each])[0] as Uint8Array) : each));
}

function isDigest({ length }: Uint8Array): boolean {
  return length === digestBytes;
}
