import type { OpenOptions, ReferenceEntry, ReferenceOptions, ReferenceState } from '@cairn/core';
import type { S3Connection } from './client.js';
import { headObject } from './head-object.js';
import { readObject } from './read-object.js';
import { differenceFrom, type ReferenceRecord, recordOf, referenceChanged } from './reference-record.js';
import { type Attempt, statusOf, translateS3Error } from './s3-error.js';

/** The bytes of exactly the object that was recorded. */
export async function* openReference(
  reference: ReferenceEntry,
  { range, signal }: OpenOptions,
  connect: () => Promise<S3Connection>,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  const record = recordOf(reference);
  const connection = await connect();
  const attempted = attemptAt(record, 'read', signal);
  try {
    yield* read(record, connection, range, attempted);
  } catch (error) {
    // Only the refusal of the first request comes untranslated, and so has a status.
    const status = statusOf(error);
    if (record.etag === undefined || record.isPinned || (status !== 404 && status !== 412)) {
      throw translateS3Error(error, attempted);
    }
    const isFound = yield* readNullVersion(record, connection, range, attempted);
    if (isFound) return;
    if (status === 404) throw translateS3Error(error, attempted);
    const now = await headObject(connection, record.address, attempted);
    throw referenceChanged(record, (now && differenceFrom(record, now)) ?? 'its ETag is another one');
  }
}

/** Whether the object still is the one that was recorded, by one request. */
export async function verifyReference(
  reference: ReferenceEntry,
  { signal }: ReferenceOptions,
  connect: () => Promise<S3Connection>,
): Promise<ReferenceState> {
  signal?.throwIfAborted();
  const record = recordOf(reference);
  const found = await headObject(await connect(), record.address, attemptAt(record, 'look at', signal));
  if (found === undefined) return 'missing';
  if (record.etag === undefined) return 'unverifiable';
  return differenceFrom(record, found) === undefined ? 'match' : 'changed';
}

function read(
  record: ReferenceRecord,
  connection: S3Connection,
  range: OpenOptions['range'],
  attempted: Attempt,
): AsyncGenerator<Uint8Array> {
  const { address, etag, size } = record;
  return readObject(
    connection,
    {
      address,
      range,
      etag,
      size,
      check(found) {
        const difference = differenceFrom(record, found);
        if (difference !== undefined) throw referenceChanged(record, difference);
      },
    },
    attempted,
  );
}

/**
 * What was written before its bucket had versions lives on as the version `null` when it is overwritten or deleted. Returns
 * `false`, without a byte, when it doesn't.
 */
async function* readNullVersion(
  record: ReferenceRecord,
  connection: S3Connection,
  range: OpenOptions['range'],
  attempted: Attempt,
): AsyncGenerator<Uint8Array, boolean> {
  const address = { ...record.address, versionId: 'null' };
  try {
    yield* read({ ...record, address }, connection, range, attempted);
    return true;
  } catch (error) {
    if (statusOf(error) === undefined) throw translateS3Error(error, attempted);
    return false;
  }
}

function attemptAt(record: ReferenceRecord, what: string, signal: AbortSignal | undefined): Attempt {
  return { what, location: record.location, versioned: record.isPinned, signal };
}
