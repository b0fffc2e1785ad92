import type { OpenOptions, ReferenceEntry, ReferenceOptions, ReferenceState } from '@cairn/core';
import type { GsConnection } from './client.js';
import { type Attempt, statusOf, translateGsError } from './gs-error.js';
import { headObject } from './head-object.js';
import { readObject } from './read-object.js';
import { differenceFrom, type ReferenceRecord, recordOf, referenceChanged } from './reference-record.js';

/** The bytes of exactly the object that was recorded. */
export async function* openReference(
  reference: ReferenceEntry,
  { range, signal }: OpenOptions,
  connect: () => Promise<GsConnection>,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  const record = recordOf(reference);
  const connection = await connect();
  const attempted = attemptAt(record, 'read', signal);
  const { address, hash, size } = record;
  const check = (found: Parameters<typeof differenceFrom>[1]) => {
    const difference = differenceFrom(record, found);
    if (difference !== undefined) throw referenceChanged(record, difference);
  };
  try {
    yield* readObject(connection, { address, range, hash, size, check }, attempted);
  } catch (error) {
    // Only the refusal of the first request comes untranslated, and so has a status.
    if (statusOf(error) === 404 && !signal?.aborted) {
      const difference = await differenceNow(record, connection, attempted);
      if (difference !== undefined) throw referenceChanged(record, difference);
    }
    throw translateGsError(error, attempted);
  }
}

/** Whether the object still is the one that was recorded, by one request where it is, else by two. */
export async function verifyReference(
  reference: ReferenceEntry,
  { signal }: ReferenceOptions,
  connect: () => Promise<GsConnection>,
): Promise<ReferenceState> {
  signal?.throwIfAborted();
  const record = recordOf(reference);
  const connection = await connect();
  const attempted = attemptAt(record, 'look at', signal);
  const found = await headObject(connection, record.address, attempted);
  if (found === undefined) {
    return (await differenceNow(record, connection, attempted)) === undefined ? 'missing' : 'changed';
  }
  if (!record.isVerifiable) return 'unverifiable';
  return differenceFrom(record, found) === undefined ? 'match' : 'changed';
}

/** Of a generation that is gone: what another one, which took its place, differs in. */
async function differenceNow(
  record: ReferenceRecord,
  connection: GsConnection,
  attempted: Attempt,
): Promise<string | undefined> {
  const { bucket, object, generation } = record.address;
  if (!generation || record.isNamed) return undefined;
  const now = await headObject(connection, { bucket, object }, attempted);
  return now && differenceFrom(record, now);
}

function attemptAt({ location }: ReferenceRecord, what: string, signal: AbortSignal | undefined): Attempt {
  return { what, location, signal };
}
