import { CairnError, type ObjectStore } from '@cairn/core';
import { type GsOptions, lazyConnection } from './client.js';
import { copyObject } from './copy-object.js';
import { deleteObjects } from './delete-objects.js';
import { type Attempt, translateGsError } from './gs-error.js';
import { formatGsUri, type GsAddress, parseGsUri } from './gs-uri.js';
import { headObject } from './head-object.js';
import { listFrom, pageLister } from './list-objects.js';
import { readObject } from './read-object.js';
import { signRead } from './sign-read.js';
import { signWrite } from './sign-write.js';
import { writeObject } from './write-object.js';

export interface GsObjectStoreOptions extends GsOptions {
  readonly bucket: string;
  /** The folder in the bucket that the store has for itself, such as `team/cairn`. Default: the whole bucket. */
  readonly prefix?: string | undefined;
  /**
   * The key of Cloud KMS that the bucket is to encrypt objects with: `projects/p/locations/l/keyRings/r/cryptoKeys/k`. Who may
   * read the bucket reads them in plain. Default: what the bucket is set to.
   */
  readonly kmsKeyName?: string | undefined;
}

/**
 * A bucket of Google Cloud Storage, or a part of one, as an object store. More than 8 MiB are written by resumable uploads.
 * Nobody else may write below the prefix. In a versioned bucket, or one with soft delete, space comes back only by its own
 * rules.
 *
 * @throws CairnError `uri_invalid` when bucket or prefix can't be one.
 */
export function gsObjectStore(options: GsObjectStoreOptions): ObjectStore {
  const { bucket, kmsKeyName } = options;
  const prefix = options.prefix ? options.prefix.replace(/\/*$/, '/') : '';
  const location = formatGsUri(parseGsUri(`gs://${bucket}/${prefix}`));
  const connect = lazyConnection(options);
  const list = pageLister(connect);

  function placeOf(key: string): GsAddress {
    const address = { bucket, object: prefix + key };
    parseGsUri(formatGsUri(address));
    return address;
  }

  function attemptAt(what: string, address: GsAddress, signal: AbortSignal | undefined): Attempt {
    return { what, location: formatGsUri(address), signal };
  }

  return {
    location,

    async put(key, body, { ifAbsent = false, signal } = {}) {
      signal?.throwIfAborted();
      const address = placeOf(key);
      const attempted = attemptAt('write', address, signal);
      const size = await writeObject(await connect(), { ...address, ifAbsent, kmsKeyName }, body, attempted);
      return { key, size };
    },

    async *open(key, { range, signal } = {}) {
      signal?.throwIfAborted();
      const address = placeOf(key);
      const attempted = attemptAt('read', address, signal);
      try {
        yield* readObject(await connect(), { address, range }, attempted);
      } catch (error) {
        if (!CairnError.is(error, 'reference_changed')) throw translateGsError(error, attempted);
        throw new CairnError('unavailable', error.message, { cause: error });
      }
    },

    async stat(key, { signal } = {}) {
      signal?.throwIfAborted();
      const address = placeOf(key);
      const found = await headObject(await connect(), address, attemptAt('look at', address, signal));
      return found === undefined ? undefined : { key, size: found.size ?? 0 };
    },

    async *list(start, { signal } = {}) {
      signal?.throwIfAborted();
      const request = { bucket, prefix: prefix + start, signal };
      for await (const { key: name, size = 0 } of listFrom(list, await list(request), request)) {
        signal?.throwIfAborted();
        yield { key: name.slice(prefix.length), size };
      }
    },

    async delete(keys, { signal } = {}) {
      signal?.throwIfAborted();
      const placed = (async function* () {
        for await (const key of keys) yield prefix + key;
      })();
      await deleteObjects(await connect(), bucket, placed, signal);
    },

    async signRead(key, range, { seconds, signal }) {
      signal?.throwIfAborted();
      return signRead(await connect(), placeOf(key), range, seconds);
    },

    async signWrite(key, bytes, { seconds, signal }) {
      signal?.throwIfAborted();
      return signWrite(await connect(), placeOf(key), bytes, kmsKeyName, seconds);
    },

    async copy(from, to, { signal } = {}) {
      signal?.throwIfAborted();
      const [source, target] = [placeOf(from), placeOf(to)];
      await copyObject(await connect(), source, target, kmsKeyName, attemptAt('copy', source, signal));
    },
  };
}
