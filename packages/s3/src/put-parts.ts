import { randomUUID } from 'node:crypto';
import type { CompletedPart } from '@aws-sdk/client-s3';
import { type S3Connection, within } from './client.js';
import { inputOf, isDone, type PutTarget, refusal } from './put-object.js';
import { type Attempt, attempt } from './s3-error.js';

/** How many parts are under way at once. */
const concurrency = 4;

/**
 * Writes an object in parts, of which every one but the last has at least 5 MiB. It appears when all are there; whatever
 * fails, no parts are left behind. What `parts` throws is thrown.
 */
export async function putParts(
  connection: S3Connection,
  target: PutTarget,
  parts: AsyncIterable<Uint8Array>,
  attempted: Attempt,
): Promise<void> {
  const { sdk, client, payer } = connection;
  const mark = randomUUID();
  const { IfNoneMatch, ...begin } = inputOf(target, mark);
  // Parts that are sent with checksums are taken only if that was announced.
  const isSummed = (await client.config.requestChecksumCalculation()) === 'WHEN_SUPPORTED';
  const checksum = isSummed ? ({ ChecksumAlgorithm: 'CRC32' } as const) : {};
  const create = new sdk.CreateMultipartUploadCommand({ ...begin, ...checksum, ...payer });
  const { UploadId } = await attempt(attempted, client.send(create, within(attempted.signal)));
  const upload = { Bucket: target.bucket, Key: target.key, UploadId, ...payer };
  const stop = new AbortController();
  const uploading = new Set<Promise<void>>();
  try {
    const sent = await sendParts();
    const command = new sdk.CompleteMultipartUploadCommand({
      ...upload,
      ...(IfNoneMatch === undefined ? {} : { IfNoneMatch }),
      MultipartUpload: { Parts: sent },
    });
    await client.send(command, within(attempted.signal)).catch(async (error: unknown) => {
      if (!(await isDone(connection, target, mark, error, attempted)))
        throw refusal(error, target, attempted);
    });
  } catch (error) {
    stop.abort();
    await Promise.allSettled(uploading);
    // If this fails, too, what went wrong first is what the caller must hear of.
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }

  async function sendParts(): Promise<CompletedPart[]> {
    const signal = AbortSignal.any([
      stop.signal,
      ...(attempted.signal === undefined ? [] : [attempted.signal]),
    ]);
    const sent: CompletedPart[] = [];
    for await (const part of parts) {
      const number = sent.push({}) as number;
      const sending = send(part, number, signal).then((done) => {
        sent[number - 1] = done;
        uploading.delete(sending);
      });
      // A failure is met below.
      sending.catch(() => undefined);
      uploading.add(sending);
      if (uploading.size === concurrency) await Promise.race(uploading);
    }
    await Promise.all(uploading);
    return sent;
  }

  async function send(Body: Uint8Array, PartNumber: number, signal: AbortSignal): Promise<CompletedPart> {
    const command = new sdk.UploadPartCommand({ ...upload, Body, PartNumber });
    const { $metadata: _, ...answer } = await attempt(attempted, client.send(command, within(signal)));
    const { ETag, ChecksumCRC32 } = answer;
    return { PartNumber, ETag, ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }) };
  }
}
