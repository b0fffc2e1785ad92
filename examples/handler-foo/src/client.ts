import type { ByteRange } from '@cairn/core';

/** One version of an object, as a Foo service describes it. */
export interface FooObject {
  readonly key: string;
  readonly version: string;
  readonly etag: string;
  readonly size: number;
}

/** What the handler needs of a Foo service. Calls fail with an error whose `status` is that of HTTP. */
export interface FooClient {
  /** The newest version of an object, or `undefined`. */
  stat(key: string, signal?: AbortSignal): Promise<FooObject | undefined>;
  /** The newest versions of all objects whose key starts with `prefix`, in the order of the keys' bytes. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<FooObject>;
  /** The bytes of one version; of the newest, if none is given. */
  read(key: string, version?: string, range?: ByteRange, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}
