import type { StorageHandler } from '@cairn/core';
import { type FileSystem, nodeFileSystem } from './file-system.js';
import { observeFiles } from './observe-files.js';
import { readReference, verifyReference } from './read-reference.js';

export interface FileHandlerOptions {
  /** Folders in which references of other people's manifests may be read, wherever links lead. Default: none. */
  readonly allow?: readonly string[] | undefined;
  /** Default: the real one. */
  readonly fs?: FileSystem | undefined;
}

/**
 * References to files and folders of this machine: `file:///path`, `file://localhost/path`, or a path, which is
 * recorded as a `file:///` URI.
 *
 * A file is checked by its size and digest whenever it is opened. One of another size is refused before the first
 * byte; one with other bytes before the last chunk, which is the only one of up to 256 KiB. For a range the whole
 * file is hashed first.
 */
export function fileHandler({ allow = [], fs = nodeFileSystem }: FileHandlerOptions = {}): StorageHandler {
  return {
    specVersion: 1,
    name: 'file',
    schemes: ['file'],
    observe: (uri, options) => observeFiles(uri, { ...options, fs }),
    open: (reference, options) => readReference(reference, { ...options, fs, allow }),
    verify: (reference, options) => verifyReference(reference, { ...options, fs, allow }),
  };
}
