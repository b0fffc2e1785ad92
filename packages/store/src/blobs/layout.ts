import { join } from 'node:path';
import { type ContentAlgorithm, type ContentDigest, isContentDigest } from '@cairn/core';
import { blobsOf, tempOf } from '../store-folder.js';

/** Where the blobs of a store are: one file each, in 256 folders by the first byte of the digest. */
export interface BlobLayout {
  /** Holds the folders. */
  readonly root: string;
  /** Holds what is being written. */
  readonly temp: string;
  /** The file of a blob, or `undefined` if the store can't have it: it is no digest, or one by another algorithm. */
  fileOf(digest: ContentDigest): string | undefined;
}

export function blobLayout(folder: string, algorithm: ContentAlgorithm): BlobLayout {
  const root = join(blobsOf(folder), algorithm);
  const prefix = `${algorithm}:`;
  return {
    root,
    temp: tempOf(folder),
    fileOf(digest) {
      if (!isContentDigest(digest) || !digest.startsWith(prefix)) return undefined;
      const hex = digest.slice(prefix.length);
      return join(root, hex.slice(0, 2), hex.slice(2));
    },
  };
}
