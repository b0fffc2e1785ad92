import { CairnError, type ReferenceEntry, type ReferenceOptions, type ReferenceState } from '@cairn/core';
import { discard } from './answer.js';
import type { HttpClient } from './client.js';
import { parseHttpUri } from './http-uri.js';
import { foundIn, look } from './look.js';
import { createRetry } from './retry.js';
import { checkUnchanged, recordedOf, type Validators } from './validators.js';

/**
 * Whether a resource still is what was recorded: by one conditional GET for its first byte where there is an ETag. Without
 * one, a size or date that differs shows a change, but equal ones prove nothing.
 */
export async function verifyReference(
  client: HttpClient,
  reference: ReferenceEntry,
  options: ReferenceOptions = {},
): Promise<ReferenceState> {
  const uri = parseHttpUri(reference.uri);
  const recorded = recordedOf(reference);
  const { etag } = recorded;
  try {
    const found = etag === undefined ? await look(client, uri, options) : await lookUnless(etag);
    if (found !== undefined) checkUnchanged(uri, recorded, found);
    return etag === undefined ? 'unverifiable' : 'match';
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return 'missing';
    if (CairnError.is(error, 'reference_changed')) return 'changed';
    throw error;
  }

  /** What is there now; `undefined` when the server says that it still has this ETag. */
  async function lookUnless(known: string): Promise<Validators | undefined> {
    const { foreign = false, signal } = options;
    const headers = { 'if-none-match': known, range: 'bytes=0-0' };
    const retry = createRetry(client.settings, signal);
    const answer = await client.ask({ uri, method: 'GET', headers, foreign, signal }, retry);
    discard(answer);
    if (answer.statusCode === 304) return undefined;
    return answer.statusCode === 416 ? look(client, uri, options) : foundIn(uri, answer);
  }
}
