import type { AnyIterable } from '@cairn/core';
import { type S3Connection, within } from './client.js';
import { attempt, statusOf, translateS3Error } from './s3-error.js';
import { formatS3Uri } from './s3-uri.js';

/** How many keys S3 takes in one request. */
const batchSize = 1000;
/** How many requests are under way at once where keys have to be deleted one by one. */
const concurrency = 16;

/** Deletes objects, 1,000 by one request; one by one on servers that don't know how to do that. */
export async function deleteObjects(
  connection: S3Connection,
  bucket: string,
  keys: AnyIterable<string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  let batch: string[] = [];
  for await (const key of keys) {
    signal?.throwIfAborted();
    batch.push(key);
    if (batch.length < batchSize) continue;
    await deleteBatch(connection, bucket, batch, signal);
    batch = [];
  }
  if (batch.length > 0) await deleteBatch(connection, bucket, batch, signal);
}

async function deleteBatch(
  connection: S3Connection,
  bucket: string,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { sdk, client, payer } = connection;
  const Objects = keys.map((Key) => ({ Key }));
  const command = new sdk.DeleteObjectsCommand({
    Bucket: bucket,
    Delete: { Objects, Quiet: true },
    ...payer,
  });
  try {
    const { Errors = [] } = await client.send(command, within(signal));
    // The answer is a success whatever became of the single keys.
    const [first] = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
    if (first === undefined) return;
    const error = Object.assign(new Error(first.Message), { name: first.Code ?? 'InternalError' });
    throw translateS3Error(error, attemptAt(bucket, first.Key ?? '', signal));
  } catch (error) {
    if (![400, 405, 501].includes(statusOf(error) ?? 0)) {
      throw translateS3Error(error, attemptAt(bucket, keys[0] ?? '', signal));
    }
  }
  for (let at = 0; at < keys.length; at += concurrency) {
    const some = keys.slice(at, at + concurrency);
    await Promise.all(some.map((key) => deleteOne(connection, bucket, key, signal)));
  }
}

async function deleteOne(
  { sdk, client, payer }: S3Connection,
  bucket: string,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const command = new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key, ...payer });
  await attempt(attemptAt(bucket, key, signal), client.send(command, within(signal)));
}

function attemptAt(bucket: string, key: string, signal: AbortSignal | undefined) {
  return { what: 'delete', location: formatS3Uri({ bucket, key }), signal };
}
