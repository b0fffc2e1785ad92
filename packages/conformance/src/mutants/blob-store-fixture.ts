import type { ContentDigest } from '@cairn/core';
import { memoryBlobStore } from '@cairn/core/memory';
import type { BlobStoreFixture } from '../blob-store/fixture.js';
import { readStamped, writeWhole } from './local-files.js';

/** A blob store in memory that can do all a suite asks for. */
export function memoryBlobStoreFixture(): BlobStoreFixture {
  const contents = new Map<ContentDigest, Uint8Array>();
  const open = () => memoryBlobStore({ contents, readFile: readStamped, writeFile: writeWhole });
  return {
    blobs: open(),
    capabilities: ['paths'],
    async damage(digest) {
      const bytes = contents.get(digest);
      const middle = (bytes?.length ?? 0) >> 1;
      if (bytes !== undefined) bytes[middle] = 255 - (bytes[middle] ?? 0);
    },
    reopen: async () => open(),
  };
}
