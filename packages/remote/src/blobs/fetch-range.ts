import { CairnError, type CallOptions, type ContentDigest } from '@cairn/core';
import { garbled, transportFailure } from '../http/failures.js';
import { createRetry } from '../http/retry.js';
import type { ProjectWire } from './project-wire.js';

/** So many bytes renew the patience. */
const renewingBytes = 64 * 1024;

/**
 * Bytes of a blob from one place up to another one, or to its end, through the server.
 *
 * @param options.leave Asked with the size of the blob before the first byte of all of it comes: whether there is a better way.
 * @returns The size of a blob that was left.
 */
export async function* fetchRange(
  wire: ProjectWire,
  digest: ContentDigest,
  start: number,
  end: number,
  { signal, leave }: CallOptions & { readonly leave?: (size: number) => Promise<boolean> },
): AsyncGenerator<Uint8Array, number | undefined, undefined> {
  const { location, settings } = wire.connection;
  const retry = createRetry(settings, signal);
  for (let at = start, renewedAt = start; ; ) {
    const isWhole = at === 0 && end === Number.POSITIVE_INFINITY;
    const range = isWhole ? undefined : `${at}-${end === Number.POSITIVE_INFINITY ? '' : end - 1}`;
    const answer = await naming(digest, wire.get(digest, range, { signal }, retry));
    const isPart = answer.statusCode === 206;
    try {
      if (answer.statusCode === 416) {
        await answer.body.dump();
        return undefined;
      }
      if (isPart === isWhole || (isPart && !startsAt(answer.headers, at))) {
        await answer.body.dump();
        throw garbled(location);
      }
      const size = Number(answer.headers['content-length']);
      if (isWhole && (await leave?.(size)) === true) {
        answer.body.on('error', () => undefined).destroy();
        return size;
      }
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
        at += chunk.length;
        if (at > end) throw garbled(location);
        if (at - renewedAt >= renewingBytes) {
          retry.renew();
          renewedAt = at;
        }
        yield chunk;
      }
      if (end === Number.POSITIVE_INFINITY || at === end) return undefined;
      throw garbled(location);
    } catch (error) {
      await retry.wait(transportFailure(error, location, signal));
    }
  }
}

/** Whether a part begins where it was asked for. */
function startsAt(headers: Readonly<Record<string, string | string[] | undefined>>, start: number): boolean {
  return new RegExp(`^bytes ${start}-`).test(String(headers['content-range']));
}

/** Has a failure name the blob. */
async function naming<T>(digest: ContentDigest, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (CairnError.is(error, 'not_found')) throw missingBlob(digest, error);
    if (CairnError.is(error, 'integrity_mismatch')) throw damagedBlob(digest, error);
    throw error;
  }
}

export function missingBlob(digest: ContentDigest, cause?: unknown): CairnError {
  return new CairnError('not_found', `the project has no blob ${digest} on the server`, {
    hint: 'Log the artifact again from where its files are.',
    ...(cause === undefined ? {} : { cause }),
  });
}

export function damagedBlob(digest: ContentDigest, cause?: unknown): CairnError {
  return new CairnError('integrity_mismatch', `the blob ${digest} is damaged`, {
    hint: 'Log its file again: that repairs it.',
    ...(cause === undefined ? {} : { cause }),
  });
}
