import type { SignedRequest } from '@cairn/core';
import type { GsConnection } from './client.js';
import type { GsAddress } from './gs-uri.js';

/** Signs a GET of one range of an object; see `ObjectStore.signRead`. */
export async function signRead(
  { client, canSign, payer }: GsConnection,
  { bucket, object }: GsAddress,
  { start, end }: { readonly start: number; readonly end: number },
  seconds: number,
): Promise<SignedRequest | undefined> {
  if (!canSign) return undefined;
  const range = `bytes=${start}-${end - 1}`;
  const file = client.bucket(bucket).file(object);
  try {
    const [url] = await file.getSignedUrl({
      version: 'v4',
      action: 'read',
      expires: Date.now() + seconds * 1000,
      extensionHeaders: { range },
      queryParams: payer,
      // A browser that is shown the URL keeps what comes of it as a file, and takes it for no page.
      responseDisposition: 'attachment',
      responseType: 'application/octet-stream',
    });
    return { method: 'GET', url, headers: { range } };
  } catch {
    // A person's credentials can't sign, nor those of a machine that may not have it done. The library says so in many ways.
    return undefined;
  }
}
