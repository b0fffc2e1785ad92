import type { AnyIterable, ByteRange, CallOptions } from '../bytes.js';

export interface ObjectInfo {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
}

/** A request that whoever has it can make, without credentials, as long as its time lasts. It is a secret. */
export interface SignedRequest {
  readonly method: 'GET' | 'PUT';
  readonly url: string;
  /** To be sent just so: they are signed too. Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A dumb bucket: bytes under keys. The engine stores packs in it; nobody else talks to it.
 *
 * A key is 1–1,024 bytes of UTF-8 without control characters. An object appears whole or not at all.
 */
export interface ObjectStore {
  /** For messages, such as `s3://bucket/prefix`. Never holds credentials. */
  readonly location: string;

  /**
   * Writes an object, replacing one of the same key. Durable when the promise resolves; a failure or an abort leaves the
   * key as it was.
   *
   * @param options.ifAbsent Refuse with `conflict` when the key exists. Of concurrent calls exactly one succeeds.
   * @throws CairnError `conflict`, `storage_full`, `storage_readonly`, `forbidden`, `unavailable`.
   */
  put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options?: CallOptions & { readonly ifAbsent?: boolean | undefined },
  ): Promise<ObjectInfo>;

  /**
   * The bytes of an object, or of a part. A range that starts at or after the end yields nothing.
   *
   * @throws CairnError `not_found`, `forbidden`, `unavailable`.
   */
  open(
    key: string,
    options?: CallOptions & { readonly range?: ByteRange | undefined },
  ): AsyncIterable<Uint8Array>;

  /** What is known of an object, or `undefined` when there is none. */
  stat(key: string, options?: CallOptions): Promise<ObjectInfo | undefined>;

  /** All objects whose key starts with `prefix`, in the order of the keys' UTF-8 bytes, never cut. */
  list(prefix: string, options?: CallOptions): AsyncIterable<ObjectInfo>;

  /** Deletes objects. Keys that don't exist are no error. */
  delete(keys: AnyIterable<string>, options?: CallOptions): Promise<void>;

  /**
   * Signs a request for one range of an object: without its `range`, or with another one, the bucket refuses it, as it does when
   * its time is over. Asks the bucket for nothing, so the object need not be there.
   *
   * Absent where the objects of this store are not what a bucket would answer: in memory, or encrypted on their way there.
   *
   * @param options.seconds How long it lasts, from 1 to 604,800.
   * @returns `undefined` when the credentials of this store can't sign.
   */
  signRead?(
    key: string,
    range: { readonly start: number; readonly end: number },
    options: SignOptions,
  ): Promise<SignedRequest | undefined>;

  /** The same for writing an object of so many bytes, no more and no fewer, where there is none. */
  signWrite?(key: string, bytes: number, options: SignOptions): Promise<SignedRequest | undefined>;

  /**
   * Has the bucket copy an object, replacing one of the same key. There where `signWrite` is.
   *
   * @throws CairnError `not_found`, `forbidden`, `unavailable`.
   */
  copy?(from: string, to: string, options?: CallOptions): Promise<void>;
}

interface SignOptions extends CallOptions {
  readonly seconds: number;
}
