import type { Hasher } from '@cairn/core';
import type { FileSystem } from '@cairn/file';
import type { BlobLayout } from './layout.js';

/** What all work on the blobs of one store has in common. */
export interface BlobContext {
  readonly fs: FileSystem;
  readonly layout: BlobLayout;
  readonly hasher: Hasher;
  readonly readOnly: boolean;
}
