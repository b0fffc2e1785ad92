import { type Duplex, pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { CairnError, quote } from '@cairn/core';
import { type Answer, discard, encodingsOf } from './answer.js';
import type { HttpUri } from './http-uri.js';
import type { Settings } from './settings.js';

const decoders: ReadonlyMap<string, () => Duplex> = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * The bytes of an answer, uncompressed if need be. Ends normally only where the answer does; a compressed body that is cut is
 * an error. Only the time that is spent waiting for the server counts against it.
 *
 * @throws CairnError `timeout` when nothing comes for `bodyMs`, or too little; `unsupported_format` for an unknown encoding.
 */
export async function* readBody(
  uri: HttpUri,
  answer: Answer,
  { bodyMs, minBytesPerSecond, world }: Settings,
): AsyncIterable<Uint8Array> {
  const source = decoded(uri, answer);
  let isWaiting = true;
  const timer = setTimeout(() => isWaiting && source.destroy(timeout(uri, 'stopped sending')), bodyMs);
  let waitedMs = 0;
  let bytes = 0;
  let asked = world.now();
  try {
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      isWaiting = false;
      waitedMs += world.now() - asked;
      bytes += chunk.length;
      if (waitedMs >= bodyMs) {
        if (bytes * 1000 < minBytesPerSecond * waitedMs) throw timeout(uri, 'sends too slowly');
        waitedMs = 0;
        bytes = 0;
      }
      yield chunk;
      asked = world.now();
      isWaiting = true;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
}

function decoded(uri: HttpUri, answer: Answer): Readable {
  const steps = encodingsOf(answer).map((name) => {
    const create = decoders.get(name);
    if (create !== undefined) return create();
    discard(answer);
    throw new CairnError(
      'unsupported_format',
      `${quote(uri.stored)} is sent with the encoding ${quote(name)}`,
      {
        hint: 'The server should respect "Accept-Encoding: identity".',
      },
    );
  });
  const [last] = steps;
  if (last === undefined) return answer.body;
  // The outermost encoding is named last. Failures come out at the end that is read.
  pipeline([answer.body, ...steps.reverse()], () => undefined);
  return last;
}

function timeout({ stored }: HttpUri, problem: string): CairnError {
  return new CairnError('timeout', `can't read ${quote(stored)}: the server ${problem}`, {
    hint: 'Repeat the call later, or change { timeouts }.',
  });
}
