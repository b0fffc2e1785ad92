import type { ByteRange, CallOptions } from '../bytes.js';
import type { Digest } from '../digest.js';
import type { ReferenceEntry } from '../entry.js';

/** What a handler saw at a URI. */
export interface Observation {
  /**
   * `object`: the URI names this very object, and `path` is the object's own name (`model.h5`).
   * `member`: the URI names a folder or prefix, and `path` is this object's place under it (`a/cat.png`).
   */
  readonly kind: 'object' | 'member';
  /** A valid entry path. Empty for an `object` whose URI tells no name: the caller must choose one. */
  readonly path: string;
  /** The object's own URI, complete enough for {@link StorageHandler.open}, and free of credentials. */
  readonly uri: string;
  /** The strongest digest the source gives; `uri:` and the URI when it gives none. */
  readonly digest: Digest;
  /** In bytes. */
  readonly size?: number;
  /** What `open` needs to get that very object again, such as its version id. */
  readonly extra?: Readonly<Record<string, string>>;
}

export interface ObserveOptions extends CallOptions {
  /**
   * `false`: make no request and read nothing. Yield one `object` with the digest `uri:` and the URI.
   * Default: `true`.
   */
  readonly checksum?: boolean | undefined;
  /**
   * `false`: the caller has no name for an object whose URI tells none, so that it may be refused (`path_invalid`) before any
   * request. Default: `true`.
   */
  readonly named?: boolean | undefined;
  /** How many objects will be taken at most. A hint to stop listing early; the caller enforces it. */
  readonly maxObjects?: number | undefined;
}

export interface ReferenceOptions extends CallOptions {
  /**
   * The reference comes from a manifest that this machine's user did not write. A handler then refuses
   * (`scheme_refused`) what would reach this user's own files or private network, unless its options allow it.
   * Default: `false`.
   */
  readonly foreign?: boolean | undefined;
}

export interface OpenOptions extends ReferenceOptions {
  readonly range?: ByteRange | undefined;
}

export type ReferenceState = 'match' | 'changed' | 'missing' | 'unverifiable';

/**
 * Makes URI schemes work as references: two functions, and a third where re-observing would be wasteful.
 *
 * A URI is opaque text to everyone but its handler. Errors are {@link CairnError}s; an abort rethrows the signal's
 * reason. A handler is a plain object from a factory (`fooHandler(options)`), without side effects at import.
 *
 * @example
 * const dataHandler = (): StorageHandler => ({
 *   specVersion: 1,
 *   name: 'data',
 *   schemes: ['data'],
 *   async *observe(uri) { yield { kind: 'object', path: 'data', uri, digest: `uri:${uri}` }; },
 *   async *open(reference) { yield decode(reference.uri); },
 * });
 */
export interface StorageHandler {
  readonly specVersion: 1;
  /** For messages, such as `s3`. */
  readonly name: string;
  /** The schemes it serves: lower-case, without the colon. */
  readonly schemes: readonly string[];

  /**
   * Looks at what a URI names, without reading contents where metadata suffices. A folder or prefix yields one
   * observation per object, in the order of the paths' UTF-8 bytes; `images` names the object `images` or what is
   * under `images/`, never `images2`. Empty objects count.
   *
   * @throws CairnError `not_found` when nothing is there, never an empty success; `forbidden` when it may not be seen;
   * `uri_invalid`; `unavailable`, `timeout`.
   */
  observe(uri: string, options?: ObserveOptions): AsyncIterable<Observation>;

  /**
   * The bytes of exactly the object that was observed, by the strongest precondition its source offers. A range that
   * starts at or after the end yields nothing.
   *
   * @throws CairnError `reference_changed`, before the first byte where the source can tell; `not_found` when the object
   * is gone; `integrity_mismatch` at the end when the bytes don't hash to a recorded content digest; `scheme_refused`.
   */
  open(reference: ReferenceEntry, options?: OpenOptions): AsyncIterable<Uint8Array>;

  /** Whether the object still is the one observed. Default: observe again and compare. */
  verify?(reference: ReferenceEntry, options?: ReferenceOptions): Promise<ReferenceState>;
}
