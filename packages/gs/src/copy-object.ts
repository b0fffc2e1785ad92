import type { GsConnection } from './client.js';
import { type Attempt, translateGsError } from './gs-error.js';
import type { GsAddress } from './gs-uri.js';
import { requestJson } from './request.js';

/** What is answered for as much as was copied. */
interface Rewritten {
  readonly done?: boolean | undefined;
  /** By which it goes on. */
  readonly rewriteToken?: string | undefined;
}

/** Only this is said of the copy: who wrote the object may have said more. */
const metadata = Buffer.from(JSON.stringify({ contentType: 'application/octet-stream' }));

/** Copies the bytes of an object, and nothing else of it, inside of Cloud Storage. */
export async function copyObject(
  connection: GsConnection,
  { bucket, object }: GsAddress,
  to: GsAddress,
  destinationKmsKeyName: string | undefined,
  attempted: Attempt,
): Promise<void> {
  const action = `rewriteTo/b/${encodeURIComponent(to.bucket)}/o/${encodeURIComponent(to.object)}`;
  const { signal } = attempted;
  let rewriteToken: string | undefined;
  try {
    for (let isDone = false; !isDone; ) {
      const answer = await requestJson<Rewritten>(connection, {
        bucket,
        object,
        action,
        method: 'POST',
        query: { destinationKmsKeyName, rewriteToken },
        headers: { 'content-type': 'application/json' },
        body: metadata,
        signal,
      });
      rewriteToken = answer.rewriteToken;
      isDone = answer.done !== false || rewriteToken === undefined;
    }
  } catch (error) {
    throw translateGsError(error, attempted);
  }
}
