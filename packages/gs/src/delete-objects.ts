import type { AnyIterable } from '@cairn/core';
import type { GsConnection } from './client.js';
import { statusOf, translateGsError } from './gs-error.js';
import { formatGsUri, parseGsUri } from './gs-uri.js';
import { requestJson } from './request.js';

/** How many requests are under way at once. */
const concurrency = 32;

/**
 * Deletes objects, one by a request, which is the only way there is. Of those under way when one fails, all others are
 * deleted; the failure names its object.
 */
export async function deleteObjects(
  connection: GsConnection,
  bucket: string,
  objects: AnyIterable<string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  let batch: string[] = [];
  for await (const object of objects) {
    signal?.throwIfAborted();
    batch.push(object);
    if (batch.length < concurrency) continue;
    await deleteBatch(connection, bucket, batch, signal);
    batch = [];
  }
  await deleteBatch(connection, bucket, batch, signal);
}

async function deleteBatch(
  connection: GsConnection,
  bucket: string,
  objects: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const deleting = objects.map((object) => deleteOne(connection, bucket, object, signal));
  const failed = (await Promise.allSettled(deleting)).find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
}

async function deleteOne(
  connection: GsConnection,
  bucket: string,
  object: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const location = formatGsUri({ bucket, object });
  // A name that is none would be a request for something else.
  parseGsUri(location);
  try {
    await requestJson(connection, { bucket, object, method: 'DELETE', signal });
  } catch (error) {
    if (statusOf(error) !== 404 || signal?.aborted) {
      throw translateGsError(error, { what: 'delete', location, signal });
    }
  }
}
