import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CairnError } from '@cairn/core';
import { maxPackBytes } from '@cairn/remote/protocol';
import type { Call } from '../call.js';
import { malformed, tooMany } from '../http/http-failure.js';
import { declaredLength, readBody } from '../http/read-body.js';
import type { Answer } from '../route.js';

/**
 * Receives a pack into a file of its own, has it taken in, and removes what is left of it. A client that is slow takes up a file
 * and a place among the uploads, but nothing that others wait for.
 */
export async function receivePack(call: Call, takeIn: (file: string) => Promise<Answer>): Promise<Answer> {
  const { request, env, principal, services, options } = call;
  const declared = declaredLength(request.headers);
  if (declared === undefined) throw malformed('a pack needs a Content-Length');
  const leave = services.uploads.enter(principal.key.id);
  if (leave === undefined) throw tooMany('too many uploads at once', 1);
  try {
    const folder = await mkdtemp(join(tmpdir(), 'cairn-pack-'));
    try {
      const file = join(folder, 'pack');
      let received = 0;
      const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          received += chunk.length;
          services.metrics.received(chunk.length);
          yield chunk;
        }
      };
      const body = Readable.from(counted(readBody(request, env, maxPackBytes)));
      const { signal } = options;
      await pipeline(body, createWriteStream(file, { flags: 'wx' }), { signal });
      if (received !== declared) {
        throw new CairnError('integrity_mismatch', `the pack ended after ${received} of ${declared} bytes`);
      }
      return await takeIn(file);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } finally {
    leave();
  }
}
