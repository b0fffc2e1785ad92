import { CairnError, type ObjectStore } from '@cairn/core';
import { lazyConnection, type S3Options } from './client.js';
import { copyObject } from './copy-object.js';
import { deleteObjects } from './delete-objects.js';
import { headObject } from './head-object.js';
import { listPlainly } from './list-objects.js';
import type { SealInput } from './put-object.js';
import { readObject } from './read-object.js';
import { type Attempt, translateS3Error } from './s3-error.js';
import { formatS3Uri, parseS3Uri } from './s3-uri.js';
import { signRead } from './sign-read.js';
import { signWrite } from './sign-write.js';
import { writeObject } from './write-object.js';

export interface S3ObjectStoreOptions extends S3Options {
  readonly bucket: string;
  /** The folder in the bucket that the store has for itself, such as `team/cairn`. Default: the whole bucket. */
  readonly prefix?: string | undefined;
  /**
   * What the bucket is to encrypt objects with: `AES256` for a key of S3's own, `aws:kms` or `aws:kms:dsse` for one of the key
   * management service. Who may read the bucket reads them in plain. Default: what the bucket is set to.
   */
  readonly serverSideEncryption?: 'AES256' | 'aws:kms' | 'aws:kms:dsse' | undefined;
  /** The id or ARN of the key, with `aws:kms` and `aws:kms:dsse`. Default: the account's own for S3. */
  readonly kmsKeyId?: string | undefined;
}

/**
 * A bucket of S3, or a part of one, as an object store. Streams of more than 8 MiB are written in parts. `ifAbsent` needs a
 * server that knows `If-None-Match` on writes, as S3 does; one that refuses it is `unavailable`. Nobody else may write below
 * the prefix. In a versioned bucket, space comes back only by a lifecycle rule for old versions.
 *
 * @throws CairnError `uri_invalid` when bucket or prefix can't be one.
 * @throws TypeError when there is a `kmsKeyId` and nothing to use it with.
 */
export function s3ObjectStore(options: S3ObjectStoreOptions): ObjectStore {
  const { bucket } = options;
  const prefix = options.prefix ? options.prefix.replace(/\/*$/, '/') : '';
  const location = formatS3Uri(parseS3Uri(`s3://${bucket}/${prefix}`));
  // Whoever reads an object compares it with digests of their own; the SDK would take longer to compare it with S3's checksum.
  const clientConfig = { responseChecksumValidation: 'WHEN_REQUIRED', ...options.clientConfig } as const;
  const connect = lazyConnection({ ...options, clientConfig });
  const sealed = sealOf(options);

  function attemptAt(what: string, key: string, signal: AbortSignal | undefined): Attempt {
    return { what, location: formatS3Uri({ bucket, key: prefix + key }), signal };
  }

  return {
    location,

    async put(key, body, { ifAbsent = false, signal } = {}) {
      signal?.throwIfAborted();
      const target = { bucket, key: prefix + key, ifAbsent, sealed };
      const size = await writeObject(await connect(), target, body, attemptAt('write', key, signal));
      return { key, size };
    },

    async *open(key, { range, signal } = {}) {
      signal?.throwIfAborted();
      const attempted = attemptAt('read', key, signal);
      try {
        yield* readObject(await connect(), { address: { bucket, key: prefix + key }, range }, attempted);
      } catch (error) {
        if (!CairnError.is(error, 'reference_changed')) throw translateS3Error(error, attempted);
        throw new CairnError('unavailable', error.message, { cause: error });
      }
    },

    async stat(key, { signal } = {}) {
      signal?.throwIfAborted();
      const attempted = attemptAt('look at', key, signal);
      const found = await headObject(await connect(), { bucket, key: prefix + key }, attempted);
      return found === undefined ? undefined : { key, size: found.size ?? 0 };
    },

    async *list(start, { signal } = {}) {
      signal?.throwIfAborted();
      const request = { bucket, prefix: prefix + start, signal };
      for await (const { key, size = 0 } of listPlainly(await connect(), request)) {
        signal?.throwIfAborted();
        yield { key: key.slice(prefix.length), size };
      }
    },

    async delete(keys, { signal } = {}) {
      signal?.throwIfAborted();
      const connection = await connect();
      const placed = (async function* () {
        for await (const key of keys) yield prefix + key;
      })();
      await deleteObjects(connection, bucket, placed, signal);
    },

    async signRead(key, range, { seconds, signal }) {
      signal?.throwIfAborted();
      return signRead(await connect(), { bucket, key: prefix + key }, range, seconds);
    },

    async signWrite(key, bytes, { seconds, signal }) {
      signal?.throwIfAborted();
      return signWrite(await connect(), { bucket, key: prefix + key }, bytes, sealed, seconds);
    },

    async copy(from, to, { signal } = {}) {
      signal?.throwIfAborted();
      const target = { bucket, from: prefix + from, to: prefix + to };
      await copyObject(await connect(), target, sealed, attemptAt('copy', from, signal));
    },
  };
}

function sealOf({ serverSideEncryption, kmsKeyId }: S3ObjectStoreOptions): SealInput {
  if (kmsKeyId !== undefined && !serverSideEncryption?.startsWith('aws:kms')) {
    throw new TypeError('a kmsKeyId goes with serverSideEncryption "aws:kms" or "aws:kms:dsse"');
  }
  return {
    ...(serverSideEncryption === undefined ? {} : { ServerSideEncryption: serverSideEncryption }),
    ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }),
  };
}
