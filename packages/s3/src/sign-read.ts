import type { SignedRequest } from '@cairn/core';
import type { S3Connection } from './client.js';
import type { S3Address } from './s3-uri.js';

/** Signs a GET of one range of an object; see `ObjectStore.signRead`. */
export async function signRead(
  { client, sdk, payer }: S3Connection,
  { bucket, key }: Pick<S3Address, 'bucket' | 'key'>,
  { start, end }: { readonly start: number; readonly end: number },
  seconds: number,
): Promise<SignedRequest | undefined> {
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
  const Range = `bytes=${start}-${end - 1}`;
  const command = new sdk.GetObjectCommand({
    Bucket: bucket,
    Key: key,
    Range,
    // A browser that is shown the URL keeps what comes of it as a file, and takes it for no page.
    ResponseContentDisposition: 'attachment',
    ResponseContentType: 'application/octet-stream',
    ...payer,
  });
  return unlessUnsigned(async () => {
    const url = await getSignedUrl(client, command, { expiresIn: seconds });
    return { method: 'GET', url, headers: { range: Range } };
  });
}

/** What is signed; `undefined` without credentials. */
export async function unlessUnsigned(sign: () => Promise<SignedRequest>): Promise<SignedRequest | undefined> {
  try {
    return await sign();
  } catch (error) {
    if (error instanceof Error && error.name === 'CredentialsProviderError') return undefined;
    throw error;
  }
}
