import { CairnError } from '@cairn/core';
import { maxPackBytes } from '@cairn/remote/protocol';
import type { Call } from '../call.js';
import { malformed, tooMany } from '../http/http-failure.js';
import { declaredLength, readBody } from '../http/read-body.js';

/**
 * Has the store take in the pack that a client sends, and makes what is in it the project's. A client that is slow takes up a
 * file and a place among the uploads, but nothing that others wait for. Answers how many records it has.
 */
export async function receivePack({
  request,
  env,
  principal,
  project,
  services,
  options,
}: Call): Promise<number> {
  const { store, uploads, metrics } = services;
  const declared = declaredLength(request.headers);
  if (declared === undefined) throw malformed('a pack needs a Content-Length');
  const leave = uploads.enter(principal.key.id);
  if (leave === undefined) throw tooMany('too many uploads at once', 1);
  try {
    const { digests } = await store.adoptPack(counted(), {
      signal: options.signal,
      linked: (some, more) => store.access.linked(project, some, more),
      maxBytes: maxPackBytes,
    });
    await store.access.link(project, digests, options);
    return digests.length;
  } finally {
    leave();
  }

  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    let received = 0;
    for await (const chunk of readBody(request, env, maxPackBytes)) {
      received += chunk.length;
      metrics.received(chunk.length);
      yield chunk;
    }
    if (received === declared) return;
    throw new CairnError('integrity_mismatch', `the pack ended after ${received} of ${declared} bytes`);
  }
}
