/** What a file looked like when it was added. Differing later means that it changed. */
export interface FileStamp {
  /** In bytes. */
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

/**
 * Where bytes to be stored come from. A file on disk is passed as its path, never as a stream, so that a store can read
 * many files in one batch.
 */
export type Source =
  | {
      readonly kind: 'path';
      /** An absolute path of this machine. */
      readonly path: string;
      /** If given and the file looks different before or after it was read: `source_changed`. */
      readonly stamp?: FileStamp;
    }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'stream';
      /** Called once, when the store is ready to read. */
      open(): AsyncIterable<Uint8Array>;
    };
