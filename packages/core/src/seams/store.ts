import type { BlobStore } from './blob-store.js';
import type { Catalog } from './catalog.js';

/** What a run talks to: a folder, a database and a bucket, or a server; the same interface. */
export interface Store {
  /** For messages: the folder or the URL. Never holds credentials. */
  readonly location: string;
  readonly blobs: BlobStore;
  readonly catalog: Catalog;
  /** Releases what it holds open. Idempotent. Nothing acknowledged depends on it. */
  close(): Promise<void>;
}
