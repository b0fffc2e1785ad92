import type { CallOptions, StoragePolicyFactory, StoreReferenceOptions } from '@cairn/core';
import type { Selection } from '@cairn/file';
import type { Handler } from '../handlers.js';
import type { ArtifactType, Jsonable, MetadataSchema } from '../metadata-types.js';
import type { LocalFileOptions } from './local-files.js';

export interface ArtifactOptions<M extends object> {
  /** Of its collection, by the rule of names. Default: `unspecified`. */
  readonly type?: ArtifactType | undefined;
  readonly description?: string | undefined;
  /** JSON; anything else is refused at once, with the key path. Default: `{}`. */
  readonly metadata?: (M & Jsonable<M>) | undefined;
  /** Checks the metadata, now and again when it is logged. What is stored is what was given, not what it makes of it. */
  readonly schema?: MetadataSchema | undefined;
  /** For its references. Default: those of the current run, else `file`, and `http`, `s3` and `gs` where installed. */
  readonly handlers?: readonly Handler[] | undefined;
  /** For its files and references. Default: that of the run that logs it, else Cairn's own. */
  readonly storagePolicy?: StoragePolicyFactory | undefined;
}

interface Overwritable {
  /** Whether to replace what is there with other content. Default: `false`, that is `path_conflict`. */
  readonly overwrite?: boolean | undefined;
}

export interface AddFileOptions extends LocalFileOptions, Overwritable {}
/** `include` and `exclude` are globs over the paths below the folder, such as `raw/*.png`. */
export interface AddDirOptions extends LocalFileOptions, Selection, Overwritable {}
export interface NewFileOptions extends CallOptions, Overwritable {}
export interface AddReferenceOptions extends StoreReferenceOptions, Overwritable {}
