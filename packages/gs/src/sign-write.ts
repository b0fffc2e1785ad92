import type { SignedRequest } from '@cairn/core';
import type { GsConnection } from './client.js';
import type { GsAddress } from './gs-uri.js';
import { signUrl } from './sign-read.js';

/** Signs a PUT of so many bytes where nothing is; see `ObjectStore.signWrite`. */
export async function signWrite(
  connection: GsConnection,
  address: GsAddress,
  bytes: number,
  kmsKeyName: string | undefined,
  seconds: number,
): Promise<SignedRequest | undefined> {
  const headers = {
    'x-goog-content-length-range': `${bytes},${bytes}`,
    'x-goog-if-generation-match': '0',
    ...(kmsKeyName === undefined ? {} : { 'x-goog-encryption-kms-key-name': kmsKeyName }),
  };
  const expires = Date.now() + seconds * 1000;
  const url = await signUrl(connection, address, headers, { action: 'write', expires });
  return url === undefined ? undefined : { method: 'PUT', url, headers };
}
