import type { Readable } from 'node:stream';
import type { GsConnection } from './client.js';
import type { GsAddress } from './gs-uri.js';
import { hexOf } from './head-object.js';
import type { FoundFacts } from './reference-record.js';
import { request } from './request.js';

/** A body as it is stored, and what is said of its object. */
export interface Media extends FoundFacts {
  /** Where in the object the body starts. */
  readonly start: number;
  readonly body: Readable;
}

/** Asks for the bytes of an object, or a range of them. */
export async function requestMedia(
  connection: GsConnection,
  { bucket, object, generation }: GsAddress,
  range: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Media> {
  const { status, header, body } = await request(connection, {
    bucket,
    object,
    query: { alt: 'media', generation: generation || undefined },
    headers: {
      // What is stored compressed shall come as it is stored, as its size and its hashes say.
      'accept-encoding': 'gzip',
      'cache-control': 'no-store',
      ...(range === undefined ? {} : { range }),
    },
    signal,
  });
  const pairs = (header('x-goog-hash') ?? '').split(',').map((pair) => pair.trim().split(/=(.*)/s));
  const hashes = new Map(pairs.map(([name, value]) => [name, value]));
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(header('content-range') ?? '') ?? [];
  const length = total ?? header('content-length');
  return {
    generation: header('x-goog-generation'),
    md5: hexOf(hashes.get('md5'), 16),
    crc32c: hexOf(hashes.get('crc32c'), 4),
    size: length === undefined ? undefined : Number(length),
    start: status === 206 && start !== undefined ? Number(start) : 0,
    body,
  };
}
