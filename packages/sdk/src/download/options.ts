import type { CallOptions } from '@cairn/core';
import type { OnProgress } from '../progress.js';

export interface EntryDownloadOptions extends CallOptions {
  /** The folder; the entry gets its own path below it. Default: `./artifacts/<name>-v<N>`. */
  readonly root?: string | undefined;
  /** Whether entries below a folder `.git` may be written, which git would obey. Default: `false`. */
  readonly allowGit?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
}

export interface DownloadOptions extends EntryDownloadOptions {
  /** Only this entry, or the entries of this folder. Default: all. */
  readonly path?: string | undefined;
  /** Of these, only files that match one of these globs over their whole paths, such as `images/*.png`. Default: all. */
  readonly include?: readonly string[] | undefined;
  /** Whether to remove what is in the folder and not in the artifact. Default: `false`, it is left alone. */
  readonly exact?: boolean | undefined;
}
