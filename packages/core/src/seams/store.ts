import type { BlobStore } from './blob-store.js';
import type { Catalog } from './catalog.js';

/** One project of an entity. */
export interface ProjectRef {
  readonly entity: string;
  readonly project: string;
}

/** What a run talks to: a folder, a database and a bucket, or a server; the same interface. */
export interface Store {
  /** For messages: the folder or the URL. Never holds credentials. */
  readonly location: string;
  /**
   * The blobs as a project has them. A store that keeps projects apart knows in one only what was stored or committed
   * there. The same object for the same project, and for projects that share all their blobs. Makes no request.
   */
  blobsOf(project: ProjectRef): BlobStore;
  readonly catalog: Catalog;
  /** Releases what it holds open. Idempotent. Nothing acknowledged depends on it. */
  close(): Promise<void>;
}
