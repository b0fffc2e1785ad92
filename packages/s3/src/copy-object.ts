import { type S3Connection, within } from './client.js';
import type { SealInput } from './put-object.js';
import { type Attempt, attempt } from './s3-error.js';

/** Copies an object inside of a bucket by one request, and its bytes alone: who wrote it may have said more of it. */
export async function copyObject(
  { client, sdk, payer }: S3Connection,
  { bucket, from, to }: { readonly bucket: string; readonly from: string; readonly to: string },
  sealed: SealInput,
  attempted: Attempt,
): Promise<void> {
  const command = new sdk.CopyObjectCommand({
    ...sealed,
    Bucket: bucket,
    Key: to,
    // The SDK sends this header as it is.
    CopySource: `${bucket}/${from}`.split('/').map(encodeURIComponent).join('/'),
    MetadataDirective: 'REPLACE',
    ContentType: 'application/octet-stream',
    ...payer,
  });
  await attempt(attempted, client.send(command, within(attempted.signal)));
}
