import type { SignedRequest } from '@cairn/core';
import type { S3Connection } from './client.js';
import type { SealInput } from './put-object.js';
import type { S3Address } from './s3-uri.js';
import { unlessUnsigned } from './sign-read.js';

/** Signs a PUT of so many bytes where nothing is; see `ObjectStore.signWrite`. */
export async function signWrite(
  { client, sdk, payer }: S3Connection,
  { bucket, key }: Pick<S3Address, 'bucket' | 'key'>,
  bytes: number,
  sealed: SealInput,
  seconds: number,
): Promise<SignedRequest | undefined> {
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
  const command = new sdk.PutObjectCommand({
    Bucket: bucket,
    Key: key,
    ContentLength: bytes,
    IfNoneMatch: '*',
    ...sealed,
    ...payer,
  });
  // The SDK would sign the checksum of the body that it was given, which is none.
  const requestChecksumCalculation = async () => 'WHEN_REQUIRED' as const;
  const unsummed: typeof client = Object.create(client, {
    config: { value: { ...client.config, requestChecksumCalculation } },
  });
  return unlessUnsigned(async () => {
    const url = await getSignedUrl(unsummed, command, { expiresIn: seconds });
    return { method: 'PUT', url, headers: headersOf(bytes, sealed) };
  });
}

function headersOf(bytes: number, { ServerSideEncryption, SSEKMSKeyId }: SealInput): Record<string, string> {
  const seal = 'x-amz-server-side-encryption';
  return {
    'content-length': String(bytes),
    'if-none-match': '*',
    ...(ServerSideEncryption === undefined ? {} : { [seal]: ServerSideEncryption }),
    ...(SSEKMSKeyId === undefined ? {} : { [`${seal}-aws-kms-key-id`]: SSEKMSKeyId }),
  };
}
