import type { GsConnection } from './client.js';
import { type Attempt, statusOf, translateGsError } from './gs-error.js';
import type { GsAddress } from './gs-uri.js';
import { requestJson } from './request.js';

/** What Cloud Storage says of an object without its bytes. */
export interface ObjectFacts {
  /** In bytes, as stored. */
  readonly size: number | undefined;
  readonly generation: string | undefined;
  readonly etag: string | undefined;
  /** Lower-case hex. Objects that were composed of others have none. */
  readonly md5: string | undefined;
  /** Lower-case hex. */
  readonly crc32c: string | undefined;
  /** What was sent with the object. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** An object resource of the JSON API, as far as it is used here. */
export interface ObjectResource {
  readonly name?: string | undefined;
  readonly size?: string | undefined;
  readonly generation?: string | undefined;
  readonly etag?: string | undefined;
  readonly md5Hash?: string | undefined;
  readonly crc32c?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
}

export function factsOf(resource: ObjectResource): ObjectFacts {
  const { size, generation, etag, md5Hash, crc32c, metadata } = resource;
  return {
    size: size === undefined ? undefined : Number(size),
    generation,
    etag: etag || undefined,
    md5: hexOf(md5Hash, 16),
    crc32c: hexOf(crc32c, 4),
    metadata: metadata ?? {},
  };
}

/** Hashes come in base64, and are recorded in hex. */
export function hexOf(base64: string | undefined, bytes: number): string | undefined {
  const hash = Buffer.from(base64 ?? '', 'base64');
  return hash.length === bytes ? hash.toString('hex') : undefined;
}

/** Looks at an object by one request. `undefined`: there is none, or not this generation of it. */
export async function headObject(
  connection: GsConnection,
  { bucket, object, generation }: GsAddress,
  attempted: Attempt,
): Promise<ObjectFacts | undefined> {
  const { signal } = attempted;
  const query = { generation: generation || undefined };
  try {
    return factsOf(await requestJson<ObjectResource>(connection, { bucket, object, query, signal }));
  } catch (error) {
    if (statusOf(error) === 404 && !signal?.aborted) return undefined;
    throw translateGsError(error, attempted);
  }
}
