import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CairnError, quote } from '@cairn/core';
import type { GsConnection } from './client.js';
import type { Attempt } from './gs-error.js';
import { headObject } from './head-object.js';
import { attemptWrite, markName, type PutTarget } from './put-object.js';
import { requestJson } from './request.js';

/** Writes an object piece by piece, by the library's resumable upload, and returns its size. It appears when all is there. */
export async function putStream(
  connection: GsConnection,
  target: PutTarget,
  chunks: AsyncIterable<Uint8Array>,
  chunkSize: number,
  attempted: Attempt,
): Promise<number> {
  const { client, payer, sdk } = connection;
  const { bucket, object, ifAbsent, kmsKeyName } = target;
  const { signal } = attempted;
  const mark = randomUUID();
  const crc32c = new sdk.CRC32C();
  let size = 0;
  let failure: { readonly reason: unknown } | undefined;
  // Apart from what is thrown into it from behind, when the upload fails.
  const watched = async function* () {
    try {
      yield* chunks;
    } catch (reason) {
      failure = { reason };
      throw reason;
    }
  };
  const counted = async function* () {
    for await (const chunk of watched()) {
      // A copy: the producer may use its buffer again.
      const copy = Buffer.from(chunk);
      crc32c.update(copy);
      size += copy.length;
      yield copy;
    }
  };
  const file = client.bucket(bucket).file(object, kmsKeyName === undefined ? {} : { kmsKeyName });
  const options = {
    metadata: { contentType: 'application/octet-stream', metadata: { [markName]: mark } },
    ...(ifAbsent ? { preconditionOpts: { ifGenerationMatch: 0 } } : {}),
    ...payer,
  };
  const upload = async () => {
    // At an endpoint of one's own the library's stream asks for its place without credentials, whatever is set.
    const isKeyed = client.customEndpoint && client.useAuthWithCustomEndpoint === true;
    const place = isKeyed ? { uri: (await file.createResumableUpload(options))[0], offset: 0 } : {};
    const sink = file.createWriteStream({
      ...options,
      ...place,
      resumable: true,
      chunkSize,
      validation: false,
    });
    await pipeline(Readable.from(counted()), sink, signal === undefined ? {} : { signal });
  };
  try {
    await attemptWrite(upload(), connection, target, mark, attempted);
  } catch (error) {
    throw failure === undefined ? error : failure.reason;
  }
  const sum = Buffer.from(crc32c.toString(), 'base64').toString('hex');
  await checkStored(connection, target, { mark, sum }, attempted);
  return size;
}

/** Takes back what arrived with other bytes than were sent. */
async function checkStored(
  connection: GsConnection,
  { bucket, object }: PutTarget,
  { mark, sum }: { readonly mark: string; readonly sum: string },
  attempted: Attempt,
): Promise<void> {
  const stored = await headObject(connection, { bucket, object }, attempted);
  // Somebody else may have written it since.
  const isOwn = stored?.metadata[markName] === mark;
  if (!isOwn || stored.crc32c === undefined || stored.crc32c === sum) return;
  const query = { ifGenerationMatch: stored.generation };
  const { signal } = attempted;
  // If this fails, too, the first failure is what the caller must hear of.
  await requestJson(connection, { bucket, object, method: 'DELETE', query, signal }).catch(() =>
    signal?.throwIfAborted(),
  );
  throw new CairnError(
    'integrity_mismatch',
    `can't ${attempted.what} ${quote(attempted.location)}: the bytes that arrived are not those that were sent`,
    { hint: 'Repeat the call.' },
  );
}
