import type { ContentDigest } from '@cairn/core';
import { type MemoryBlobStoreOptions, memoryBlobStore } from '@cairn/core/memory';
import type { BlobStoreFixture } from '../../blob-store/fixture.js';
import { readStamped, writeWhole } from '../../local-files.js';

/** A blob store in memory that can do all the suite asks for, as far as the options leave it honest. */
export function memoryBlobStoreFixture(options: MemoryBlobStoreOptions = {}): BlobStoreFixture {
  const contents = new Map<ContentDigest, Uint8Array>();
  const open = () => memoryBlobStore({ contents, readFile: readStamped, writeFile: writeWhole, ...options });
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
