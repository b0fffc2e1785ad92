import { type ByteRange, CairnError, type Observation, quote, type StorageHandler } from '@cairn/core';
import { createClient } from './client.js';
import { checkContent } from './content-check.js';
import { type HttpUri, parseHttpUri } from './http-uri.js';
import { look } from './look.js';
import { type HttpHandlerOptions, settingsOf } from './settings.js';
import { transfer } from './transfer.js';
import { recordedOf } from './validators.js';
import { verifyReference } from './verify.js';

/**
 * References to http(s):// resources. A resource is known by its ETag; one without an ETag is unverified, but a size or date
 * that differs is noticed.
 *
 * A cut transfer goes on where it broke off; what may pass is asked for again, for as long as the options say. Nothing is
 * loaded or connected before the first request.
 *
 * @throws TypeError when an option can't be understood.
 * @example
 * init({ handlers: [httpHandler({ headers: { 'https://data.example.com': { authorization: `Bearer ${key}` } } })] });
 */
export function httpHandler(options: HttpHandlerOptions = {}): StorageHandler {
  const client = createClient(settingsOf(options));

  return {
    specVersion: 1,
    name: 'http',
    schemes: ['http', 'https'],

    async *observe(given, { checksum = true, named = true, signal } = {}) {
      signal?.throwIfAborted();
      const uri = parseHttpUri(given);
      if (!named && uri.name === '') throw nameless(uri);
      const unverified = {
        kind: 'object',
        path: uri.name,
        uri: uri.stored,
        digest: `uri:${uri.stored}`,
      } as const;
      if (!checksum) {
        yield unverified;
        return;
      }
      const { etag, size, lastModified } = await look(client, uri, { signal });
      const observation: Observation = {
        ...unverified,
        ...(etag === undefined ? {} : { digest: `etag:${etag}` }),
        ...(size === undefined ? {} : { size }),
        ...(lastModified === undefined ? {} : { extra: { lastModified } }),
      };
      yield observation;
    },

    async *open(reference, { range, foreign = false, signal } = {}) {
      signal?.throwIfAborted();
      const uri = parseHttpUri(reference.uri);
      const recorded = recordedOf(reference);
      const { start, end = Number.POSITIVE_INFINITY }: ByteRange = range ?? { start: 0 };
      const bytes = transfer(client, { uri, recorded, start, end, foreign, signal });
      const isWhole = start === 0 && end === Number.POSITIVE_INFINITY;
      yield* isWhole ? checkContent(reference, bytes) : bytes;
    },

    verify: (reference, options) => verifyReference(client, reference, options),
  };
}

function nameless({ stored }: HttpUri): CairnError {
  return new CairnError('path_invalid', `${quote(stored)} has no name that could be a path in an artifact`, {
    hint: 'Pass { name } to choose one.',
  });
}
