import type { SignedRequest } from '@cairn/core';
import type { GetSignedUrlConfig } from '@google-cloud/storage';
import type { GsConnection } from './client.js';
import type { GsAddress } from './gs-uri.js';

/** Signs a GET of one range of an object; see `ObjectStore.signRead`. */
export async function signRead(
  connection: GsConnection,
  address: GsAddress,
  { start, end }: { readonly start: number; readonly end: number },
  seconds: number,
): Promise<SignedRequest | undefined> {
  const headers = { range: `bytes=${start}-${end - 1}` };
  const url = await signUrl(connection, address, headers, {
    action: 'read',
    expires: Date.now() + seconds * 1000,
    // A browser that is shown the URL keeps what comes of it as a file, and takes it for no page.
    responseDisposition: 'attachment',
    responseType: 'application/octet-stream',
  });
  return url === undefined ? undefined : { method: 'GET', url, headers };
}

/** Signs the URL of a request with these headers; `undefined` where nothing can be signed. */
export async function signUrl(
  { client, canSign, payer }: GsConnection,
  { bucket, object }: GsAddress,
  extensionHeaders: Readonly<Record<string, string>>,
  config: GetSignedUrlConfig,
): Promise<string | undefined> {
  if (!canSign) return undefined;
  const file = client.bucket(bucket).file(object);
  try {
    const [url] = await file.getSignedUrl({ ...config, version: 'v4', extensionHeaders, queryParams: payer });
    return url;
  } catch {
    // A person's credentials can't sign, nor those of a machine that may not have it done. The library says so in many ways.
    return undefined;
  }
}
