import { type S3Connection, within } from './client.js';
import { pinnedVersion } from './list-objects.js';
import { type Attempt, statusOf, translateS3Error } from './s3-error.js';
import type { S3Address } from './s3-uri.js';

/** What S3 says of an object without its bytes. */
export interface ObjectFacts {
  /** In bytes. */
  readonly size: number | undefined;
  /** Verbatim, with its quotes. */
  readonly etag: string | undefined;
  /** Absent where it pins nothing. */
  readonly versionId: string | undefined;
  /** What was sent with the object, by lower-case names. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Looks at an object by one request. `undefined`: there is none, or this version of it only marks that it was deleted. */
export async function headObject(
  { sdk, client, payer }: S3Connection,
  { bucket, key, versionId }: S3Address,
  attempted: Attempt,
): Promise<ObjectFacts | undefined> {
  const input = { Bucket: bucket, Key: key, VersionId: versionId || undefined, ...payer };
  try {
    const answer = await client.send(new sdk.HeadObjectCommand(input), within(attempted.signal));
    return {
      size: answer.ContentLength,
      etag: answer.ETag,
      versionId: pinnedVersion(answer.VersionId),
      metadata: answer.Metadata ?? {},
    };
  } catch (error) {
    const status = statusOf(error) ?? 0;
    const isAbsent = status === 404 || (versionId && (status === 400 || status === 405));
    if (isAbsent && !attempted.signal?.aborted) return undefined;
    throw translateS3Error(error, attempted);
  }
}
