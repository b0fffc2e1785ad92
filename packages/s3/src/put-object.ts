import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerSideEncryption } from '@aws-sdk/client-s3';
import { CairnError, quote } from '@cairn/core';
import { type S3Connection, within } from './client.js';
import { headObject } from './head-object.js';
import { type Attempt, statusOf, translateS3Error } from './s3-error.js';

/** What to write where. */
export interface PutTarget {
  readonly bucket: string;
  readonly key: string;
  /** Refuse with `conflict` when the key exists. */
  readonly ifAbsent: boolean;
  /** What the bucket is to encrypt it with. */
  readonly sealed: SealInput;
}

/** What a write says about the bucket's own encryption. */
export interface SealInput {
  readonly ServerSideEncryption?: ServerSideEncryption;
  readonly SSEKMSKeyId?: string;
}

interface PutInput extends SealInput {
  readonly Bucket: string;
  readonly Key: string;
  readonly Metadata: Record<string, string>;
  readonly IfNoneMatch?: '*';
}

/** How often S3 is asked again when it says that somebody else is writing the same key right now. */
const maxContests = 5;

/** Writes an object by one request. */
export async function putBytes(
  connection: S3Connection,
  target: PutTarget,
  bytes: Uint8Array,
  attempted: Attempt,
): Promise<void> {
  const { sdk, client, payer } = connection;
  const mark = randomUUID();
  for (let contest = 1; ; contest++) {
    try {
      const command = new sdk.PutObjectCommand({ ...inputOf(target, mark), Body: bytes, ...payer });
      await client.send(command, within(attempted.signal));
      return;
    } catch (error) {
      if (await isDone(connection, target, mark, error, attempted)) return;
      if (!target.ifAbsent || statusOf(error) !== 409 || contest === maxContests) {
        throw refusal(error, target, attempted);
      }
      await sleep(100 * contest * Math.random(), undefined, { signal: attempted.signal }).catch(() =>
        attempted.signal?.throwIfAborted(),
      );
    }
  }
}

/** What a request says that begins to write a target. */
export function inputOf({ bucket, key, ifAbsent, sealed }: PutTarget, mark: string): PutInput {
  return {
    ...sealed,
    Bucket: bucket,
    Key: key,
    Metadata: { [markName]: mark },
    ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
  };
}

/** Names one write, so that it is recognised when it was done, but its answer got lost and the SDK sent it again. */
const markName = 'cairn-put';

/** Whether a write that was refused at its second try had succeeded at its first. */
export async function isDone(
  connection: S3Connection,
  { bucket, key }: PutTarget,
  mark: string,
  error: unknown,
  attempted: Attempt,
): Promise<boolean> {
  const { attempts = 1 } = (error as { $metadata?: { attempts?: number } }).$metadata ?? {};
  const status = statusOf(error);
  if (attempts === 1 || (status !== 404 && status !== 412)) return false;
  const found = await headObject(connection, { bucket, key }, attempted);
  return found?.metadata[markName] === mark;
}

export function refusal(error: unknown, { ifAbsent }: PutTarget, attempted: Attempt): unknown {
  if (!ifAbsent || statusOf(error) !== 501) return translateS3Error(error, attempted);
  return new CairnError(
    'unavailable',
    `can't ${attempted.what} ${quote(attempted.location)}: the server can't write only where nothing is (If-None-Match)`,
    { hint: 'Use a server that can, or keep the store elsewhere.', isRetryable: false },
  );
}
