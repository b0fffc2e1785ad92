import { randomUUID } from 'node:crypto';
import { CairnError, quote } from '@cairn/core';
import type { GsConnection } from './client.js';
import { type Attempt, statusOf, translateGsError } from './gs-error.js';
import { headObject } from './head-object.js';
import { requestJson } from './request.js';

/** What to write where. */
export interface PutTarget {
  readonly bucket: string;
  readonly object: string;
  /** Refuse with `conflict` when the name is taken. */
  readonly ifAbsent: boolean;
  /** The key of the key management service that the bucket is to encrypt it with. */
  readonly kmsKeyName: string | undefined;
}

/** Names one write, so that it is recognised when it was done, but its answer got lost and it was sent again. */
export const markName = 'cairn-put';

/** Writes an object by one request, whose bytes the server compares with their hash. */
export async function putBytes(
  connection: GsConnection,
  target: PutTarget,
  bytes: Uint8Array,
  attempted: Attempt,
): Promise<void> {
  const { bucket, object, ifAbsent, kmsKeyName } = target;
  const crc32c = new connection.sdk.CRC32C();
  crc32c.update(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const mark = randomUUID();
  const metadata = { name: object, crc32c: crc32c.toString(), metadata: { [markName]: mark } };
  const writing = requestJson(connection, {
    bucket,
    method: 'POST',
    isUpload: true,
    query: {
      uploadType: 'multipart',
      name: object,
      ifGenerationMatch: ifAbsent ? '0' : undefined,
      kmsKeyName,
    },
    headers: { 'content-type': `multipart/related; boundary=${mark}` },
    body: Buffer.concat([
      Buffer.from(`--${mark}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n`),
      Buffer.from(`${JSON.stringify(metadata)}\r\n`),
      Buffer.from(`--${mark}\r\ncontent-type: application/octet-stream\r\n\r\n`),
      bytes,
      Buffer.from(`\r\n--${mark}--\r\n`),
    ]),
    signal: attempted.signal,
  });
  await attemptWrite(writing, connection, target, mark, attempted);
}

/** Awaits a write. One that was refused at its second try may have succeeded at its first. */
export async function attemptWrite(
  writing: Promise<unknown>,
  connection: GsConnection,
  { bucket, object }: PutTarget,
  mark: string,
  attempted: Attempt,
): Promise<void> {
  try {
    await writing;
  } catch (error) {
    attempted.signal?.throwIfAborted();
    if (statusOf(error) !== 412) throw translateGsError(error, attempted);
    const found = await headObject(connection, { bucket, object }, attempted);
    if (found?.metadata[markName] === mark) return;
    throw new CairnError(
      'conflict',
      `can't ${attempted.what} ${quote(attempted.location)}: something is there already`,
      { hint: 'Look at what is there.' },
    );
  }
}
